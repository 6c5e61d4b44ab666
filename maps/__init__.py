"""Maps of a utility's area: parcels, addresses, streets, recorded maps and the search over them.

A library: it knows SQLAlchemy and Shapely, and nothing of orders, accounts or the web.
"""
