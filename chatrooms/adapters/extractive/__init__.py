"""The built-in language model: answers in the words of the messages it is given."""
