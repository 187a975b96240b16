"""Corpora: files of records restored a block at a time, with accounts, filters and near-duplicates."""
