"""The demo district: an invented, believable town from a seed, at any size.

`town` plans it, `streets`, `layouts`, `courts` and `tracts` draw it, `neighbourhood` fills a part of it with people,
meters, readings and arrears, `day` makes yesterday and today, `load` writes it all into the database.
"""
