"""Fails unless a test report holds tests that ran, and none that was skipped."""

import sys
from pathlib import Path
from xml.etree import ElementTree


def main(report: Path) -> int:
    """0 if every test of the report ran, otherwise 1 and a sentence."""
    cases = ElementTree.parse(report).findall(".//testcase") if report.exists() else []
    skipped = [case.get("name") for case in cases if case.find("skipped") is not None]
    if not cases or skipped:
        print(f"Browser tests: {len(cases)} found, {len(skipped)} could not run.", file=sys.stderr)
        return 1
    print(f"Browser tests: all {len(cases)} ran.")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
