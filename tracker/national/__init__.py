"""A country's worth of data: patterns lived by deeds, then copied in bulk (docs: operations, "A country to measure on")."""
