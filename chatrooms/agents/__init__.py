"""What calls the language model: prompts, and what becomes of its words. Acts through services, as
the person who asked."""
