"""The budgets of the pages, measured as multiples of an empty view in the same run (docs: performance)."""
