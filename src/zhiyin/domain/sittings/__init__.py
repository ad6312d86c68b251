"""Delivery of items to a test taker: the sitting and its journal of answers."""
