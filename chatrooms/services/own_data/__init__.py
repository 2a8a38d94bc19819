"""All that is a person's own: handing it out, and deleting it."""
