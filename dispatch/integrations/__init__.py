"""Where other programs read the house: OGC API Features for GIS programs, and a day as a GeoPackage."""
