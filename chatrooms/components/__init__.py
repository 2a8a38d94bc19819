"""Pure functions of typed vars that draw parts of a page."""
