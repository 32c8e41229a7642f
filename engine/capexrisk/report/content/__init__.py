"""What a report says: answer, findings, tables, inputs, provenance."""
