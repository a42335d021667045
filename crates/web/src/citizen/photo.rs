//! 照片: what a stranger sends is read as a picture, turned the right way up, and written anew. What is stored is our own writing: no place, no time, no
//! name of a telephone, no second file hidden in the first.
//!
//! A photo waits in memory until its form is sent: bounded in size and in time.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use zhiheng_app::ReportFile;

/// Largest file.
pub(crate) const BYTES: usize = 10 * 1024 * 1024;
/// The same in words.
pub(crate) const BYTES_TEXT: &str = "10 MB";
/// What the browser offers.
pub(crate) const ACCEPT: &str = ".jpg,.jpeg,.png";
/// Why a photo is not taken, whatever is wrong with it.
pub(crate) const REFUSED_ENGLISH: &str =
    "This picture cannot be read. Please choose a JPEG or PNG photo of up to 10 MB.";
/// Longest side of what is kept: a receipt photographed whole can be read, and a page of it printed.
const SIDE: u32 = 2560;
/// Longest side of what is read, and the memory of reading it: a small file may unfold to a large picture.
const READ_SIDE: u32 = 12_000;
const READ_BYTES: u64 = 128 * 1024 * 1024;
const QUALITY: u8 = 85;
/// All photos that wait, and how long they do, in µs.
const WAITING_BYTES: usize = 96 * 1024 * 1024;
const WAITING: i64 = 2 * 3600 * 1_000_000;

/// A picture as we wrote it, with the ending of its name and its media type.
pub(crate) fn rewritten(bytes: &[u8]) -> Result<(Vec<u8>, &'static str, &'static str), String> {
    let wanted = || "只收 JPG 或者 PNG 照片，请重新拍一张或者换一张。".to_owned();
    let spoilt = |_| "这张照片打不开，请重新拍一张或者换一张。".to_owned();
    if bytes.len() > BYTES {
        return Err(format!("照片超过 {BYTES_TEXT}，请拍小一点再上传。"));
    }
    // By its first bytes: the name and the type that came along say nothing.
    let format = image::guess_format(bytes).map_err(|_| wanted())?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png) {
        return Err(wanted());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(READ_SIDE);
    limits.max_image_height = Some(READ_SIDE);
    limits.max_alloc = Some(READ_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(spoilt)?;
    if decoder.total_bytes() > READ_BYTES {
        return Err("这张照片的尺寸太大，请拍小一点再上传。".to_owned());
    }
    // Which way is up stands in what is thrown away.
    let orientation = decoder.orientation().map_err(spoilt)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(spoilt)?;
    picture.apply_orientation(orientation);
    if picture.width().max(picture.height()) > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    let mut written = Vec::new();
    let done = match format {
        ImageFormat::Png => picture.write_to(&mut Cursor::new(&mut written), ImageFormat::Png),
        _ => picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut written, QUALITY)),
    };
    done.map_err(spoilt)?;
    Ok(match format {
        ImageFormat::Png => (written, "png", "image/png"),
        _ => (written, "jpg", "image/jpeg"),
    })
}

/// Photos between their upload and the sending of their form, by the secret of the form.
#[derive(Default)]
pub(crate) struct Photos(Mutex<HashMap<String, Vec<(ReportFile, i64)>>>);

impl Photos {
    /// Keeps a photo in place of the one that its field had. The oldest go when there is no room.
    pub(crate) fn keep(&self, secret: &str, photo: ReportFile, now: i64) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_form = waiting.entry(secret.to_owned()).or_default();
        of_form.retain(|(known, _)| known.field != photo.field);
        of_form.push((photo, now));
        waiting.values_mut().for_each(|of_form| of_form.retain(|(_, at)| now - at < WAITING));
        waiting.retain(|_, of_form| !of_form.is_empty());
        while waiting.values().flatten().map(|(photo, _)| photo.bytes.len()).sum::<usize>() > WAITING_BYTES {
            let age = |of_form: &[(ReportFile, i64)]| of_form.iter().map(|(_, at)| *at).min();
            let oldest = waiting.iter().min_by_key(|(_, of_form)| age(of_form)).map(|(secret, _)| secret.clone());
            match oldest {
                Some(secret) => waiting.remove(&secret),
                None => break,
            };
        }
    }

    /// The photos of a form.
    pub(crate) fn of(&self, secret: &str, now: i64) -> Vec<ReportFile> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = waiting.get(secret).into_iter().flatten().filter(|(_, at)| now - at < WAITING);
        fresh.map(|(photo, _)| photo.clone()).collect()
    }

    /// Lets the photo of a field go.
    pub(crate) fn remove(&self, secret: &str, field: &str) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_form) = waiting.get_mut(secret) {
            of_form.retain(|(photo, _)| photo.field != field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(field: &str, size: usize) -> ReportFile {
        ReportFile {
            field: field.to_owned(),
            name: "照片.jpg".to_owned(),
            media_type: "image/jpeg",
            bytes: vec![0; size],
        }
    }

    #[test]
    fn what_is_no_picture_is_refused_and_a_bomb_does_not_unfold() {
        let wrong: [&[u8]; 5] =
            [b"", b"%PDF-1.7", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0 broken", b"GIF89a\x01\x00\x01\x00"];
        for bytes in wrong {
            assert!(rewritten(bytes).is_err(), "{bytes:?}");
        }
        // A PNG that says it is 60,000 pixels square.
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x06\0\0\0".to_vec();
        bomb.extend([0; 64]);
        assert!(rewritten(&bomb).is_err());
        assert!(rewritten(&vec![0xff; BYTES + 1]).is_err_and(|why| why.contains("10 MB")));
    }

    #[test]
    fn photos_wait_for_their_form_in_bounded_room() {
        let photos = Photos::default();
        photos.keep("a", photo("photo", 10), 0);
        photos.keep("a", photo("photo", 20), 1);
        assert_eq!(photos.of("a", 2).iter().map(|photo| photo.bytes.len()).collect::<Vec<_>>(), [20]);
        assert!(photos.of("b", 2).is_empty());
        assert!(photos.of("a", WAITING + 1).is_empty());
        photos.keep("b", photo("photo", WAITING_BYTES), 3);
        assert!(photos.of("a", 4).is_empty(), "the oldest goes");
        photos.remove("b", "photo");
        assert!(photos.of("b", 4).is_empty());
    }
}
