"""Which rooms suit a person: arrays in, arrays out."""
