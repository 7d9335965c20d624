"""Labels of documents, and the catalogue as readers see it who lack some of them."""
