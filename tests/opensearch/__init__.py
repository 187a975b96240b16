"""Tests over a real cluster: run by `python tools/check.py cluster` alone."""
