"""From bytes at the door to rows: check, keep, then work (blueprint 3, federation rules section 2)."""
