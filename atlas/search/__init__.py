"""Finding things by what people type, in English and Italian, with synonyms and typing errors.

`words` reads text into stems, `synonyms` knows what means the same, `documents` keeps a SearchDocument beside every
Card, `questions` reads what was typed, `typos` mends it, `finding` finds and ranks, `excerpts` shows why. How the
database looks words up is known only to `sqlite` and `postgresql`.
"""
