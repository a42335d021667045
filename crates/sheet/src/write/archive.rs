//! Several files as one: a zip with names in UTF-8. The same files give the same bytes.

use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::xlsx::WriteError;

/// Packs files, each under its own name; a name that occurs again gets a number.
pub fn write_zip(files: &[(String, &[u8])]) -> Result<Vec<u8>, WriteError> {
    let failed = |error: &dyn std::fmt::Display| WriteError(error.to_string());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut taken: Vec<String> = Vec::new();
    for (wish, bytes) in files {
        let name = free_name(wish, &taken);
        zip.start_file(name.as_str(), SimpleFileOptions::default()).map_err(|error| failed(&error))?;
        zip.write_all(bytes).map_err(|error| failed(&error))?;
        taken.push(name);
    }
    Ok(zip.finish().map_err(|error| failed(&error))?.into_inner())
}

fn free_name(wish: &str, taken: &[String]) -> String {
    let (stem, extension) = wish.rsplit_once('.').unwrap_or((wish, ""));
    let dot = if extension.is_empty() { "" } else { "." };
    let numbered = (2..).map(|number| format!("{stem}({number}){dot}{extension}"));
    let is_free = |name: &String| !taken.contains(name);
    std::iter::once(wish.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| wish.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_stay_two() {
        assert_eq!(free_name("甲.xlsx", &["甲.xlsx".to_owned()]), "甲(2).xlsx");
        let files = [("甲.txt".to_owned(), b"1".as_slice()), ("甲.txt".to_owned(), b"2".as_slice())];
        let bytes = write_zip(&files).unwrap();
        assert_eq!(bytes, write_zip(&files).unwrap());
        let archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<_> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["甲.txt", "甲(2).txt"]);
    }
}
