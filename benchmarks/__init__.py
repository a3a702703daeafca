"""How fast the library is, by stage and beside other extractors."""
