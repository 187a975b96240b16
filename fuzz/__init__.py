"""Random bytes against what strangers' bytes reach first: cleaning, the query parser, the readers of formats."""
