//! The page layer as a whole, every sample of every component and page, the stylesheet; and requests against the real router over a real
//! database.

#[cfg(test)]
mod access;
#[cfg(test)]
mod accounts;
#[cfg(test)]
mod api;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod citizens;
#[cfg(test)]
mod colour;
#[cfg(test)]
mod county;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod files;
#[cfg(test)]
mod html;
#[cfg(test)]
mod leaks;
#[cfg(test)]
mod letters;
mod log;
#[cfg(test)]
mod outgoing;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod publications;
#[cfg(test)]
mod raised;
#[cfg(test)]
mod records;
#[cfg(test)]
mod rounds;
#[cfg(test)]
mod search;
#[cfg(test)]
mod work;
#[cfg(test)]
mod year;
