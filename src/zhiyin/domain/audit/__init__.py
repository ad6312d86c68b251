"""Who did what, when and why: the acting context, the hash chain, the read log."""
