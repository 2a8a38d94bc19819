"""The moderation model: text in, calibrated probabilities and the words behind them out."""
