"""How the whole site is doing: for administrators."""
