"""Texts as vectors whose products tell how near they are in meaning or in wording."""
