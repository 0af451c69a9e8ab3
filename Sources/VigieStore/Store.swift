// Journals live here.
