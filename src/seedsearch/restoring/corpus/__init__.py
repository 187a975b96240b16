"""Corpora: files of records restored in blocks, with provenance, filters and near-duplicates."""
