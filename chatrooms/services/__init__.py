"""What the product does, by noun. Synchronous; each opens with a check of rights."""
