"""Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): public reports for other programs, to read and to make."""
