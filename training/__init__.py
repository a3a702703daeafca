"""How the shipped models are made and judged; the library itself imports nothing from here."""
