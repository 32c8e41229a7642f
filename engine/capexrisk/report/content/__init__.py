"""What a report says: the answer, findings, tables, inputs, provenance."""
