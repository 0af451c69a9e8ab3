// Scenarios live here.
