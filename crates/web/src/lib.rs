//! Pages, forms and the public read API.
