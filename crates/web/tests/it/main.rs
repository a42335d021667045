//! The page layer as a whole: every sample of every component and page, and the stylesheet.

#[cfg(test)]
mod colour;
#[cfg(test)]
mod html;
#[cfg(test)]
mod pages;
