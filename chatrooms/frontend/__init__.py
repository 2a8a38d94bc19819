"""Builds the pages once, for every port and every proxy they may be served through."""
