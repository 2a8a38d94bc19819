"""What the product is about, without I/O: standard library and pydantic only."""
