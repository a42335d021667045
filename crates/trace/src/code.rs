//! Label codes (防伪码): sixteen characters that a platform can recognise as its own without having stored one of them.
//!
//! `K7Q2-M0XD-9RTV-4HBC`: characters 0-9 and A-Z without I, L, O, U, all of which AI (21) and the compact mode of QR codes allow.
//!
//! | characters | bits | what |
//! | --- | --- | --- |
//! | 1 | 5 | key epoch: one a year, or after a leak |
//! | 2–15 | 70 | FF1 under the key of the epoch, tweak GTIN and epoch, of run (18), index (22) and thirty zeros |
//! | 16 | 5 | check character over GF(32): finds every wrong character and every exchange of two |
//!
//! Whoever guesses meets the thirty zeros with a chance of 2⁻³⁰ a try, before the run and what of it was activated are even looked at. A code shows
//! that a label was issued; it does not show that the label is not a copy, and says nothing of what is inside.
//!
//! Behind the scratch layer (刮开层) a **hidden code** of six digits can stand: a keyed hash of the serial under another key.
//!
//! Keys come from one root by HKDF-SHA-256 (RFC 5869), one for each epoch and purpose; the root is handed in.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ff1::Ff1;
use crate::problem::{CODE_EPOCH, CODE_FOREIGN, CODE_FORM, CODE_RANGE, CODE_TYPO, Problem};

/// The alphabet (Crockford), in order of values.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code.
const LENGTH: usize = 16;
const INDEX_BITS: u32 = 22;
const ZERO_BITS: u32 = 30;
/// Runs of an epoch.
pub const RUNS: u32 = 1 << 18;
/// Codes of a run.
pub const INDICES: u32 = 1 << INDEX_BITS;
/// Epochs.
pub const EPOCHS: u8 = 32;

/// Multiplies in GF(32) with x⁵ + x² + 1, under which x generates all 31 elements.
fn times(a: u8, b: u8) -> u8 {
    let mut product = 0;
    for bit in (0..5).rev() {
        product <<= 1;
        if product & 32 != 0 {
            product ^= 0b10_0101;
        }
        if b >> bit & 1 == 1 {
            product ^= a;
        }
    }
    product
}

/// Σ xⁱ · valueᵢ; zero for a whole code. Weights differ for all positions and none is zero, so one wrong value changes the sum, and so does
/// the exchange of two different ones.
fn syndrome(values: &[u8]) -> u8 {
    let mut weight = 1;
    values.iter().fold(0, |sum, value| {
        weight = times(weight, 2);
        sum ^ times(weight, *value)
    })
}

/// The check value of fifteen values: the one with x¹⁶ · c = Σ, and x¹⁶ · x¹⁵ = 1.
fn check_value(values: &[u8]) -> u8 {
    (0..15).fold(syndrome(values), |product, _| times(product, 2))
}

/// A code as values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code([u8; LENGTH]);

impl Code {
    /// Reads what a person typed or a scanner read: small letters, hyphens and spaces, o for 0, i and l for 1. A wrong character is named by
    /// the group of four in which it stands.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let mut values = [0; LENGTH];
        let mut count = 0;
        for character in text.chars().filter(|character| !matches!(character, '-' | '－' | ' ' | '\u{3000}' | '\t')) {
            let upper = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|letter| char::from(*letter) == upper);
            let Some(value) = value.and_then(|value| u8::try_from(value).ok()) else {
                return Err(Problem::new(
                    CODE_TYPO,
                    "",
                    format!("第{}组里的“{character}”不会出现在码里", count / 4 + 1),
                ));
            };
            if let Some(slot) = values.get_mut(count) {
                *slot = value;
            }
            count += 1;
            if count > LENGTH {
                break;
            }
        }
        if count != LENGTH {
            return Err(Problem::new(
                CODE_FORM,
                "",
                format!("这里有{}位", if count > LENGTH { "超过 16 ".to_owned() } else { format!(" {count} ") }),
            ));
        }
        if syndrome(&values) != 0 {
            return Err(Problem::new(CODE_TYPO, "", "校验位对不上，有一位看错或两位颠倒"));
        }
        Ok(Self(values))
    }

    /// Its key epoch.
    pub fn epoch(&self) -> u8 {
        let [epoch, ..] = self.0;
        epoch
    }

    /// The sixteen characters as they stand in AI (21).
    pub fn serial(&self) -> String {
        self.0.iter().map(|value| ALPHABET.get(usize::from(*value)).map_or('0', |letter| char::from(*letter))).collect()
    }

    fn body(&self) -> u128 {
        self.0.iter().skip(1).take(14).fold(0, |sum, value| sum << 5 | u128::from(*value))
    }
}

impl fmt::Display for Code {
    /// In groups of four.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let serial = self.serial();
        for (place, character) in serial.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                out.write_str("-")?;
            }
            write!(out, "{character}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Code({self})")
    }
}

/// What a genuine code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Key epoch.
    pub epoch: u8,
    /// Label run (批次).
    pub run: u32,
    /// Number of the label in its run.
    pub index: u32,
}

/// Mints and recognises the codes of one product in one epoch.
pub struct Press {
    epoch: u8,
    cipher: Ff1,
    hidden: [u8; 32],
}

impl Press {
    /// From the root secret. `gtin` has fourteen digits.
    pub fn new(root: &[u8; 32], epoch: u8, gtin: &str) -> Result<Self, Problem> {
        let refuse = || Problem::new(CODE_EPOCH, "", epoch);
        if epoch >= EPOCHS || gtin.len() != 14 || !crate::gs1::digit::is_checked(gtin) {
            return Err(refuse());
        }
        let mut tweak = gtin.as_bytes().to_vec();
        tweak.push(epoch);
        let key = hkdf(root, b"zhiheng label code", &[b"visible".as_slice(), &[epoch]].concat());
        let hidden = hkdf(root, b"zhiheng label code", &[b"hidden".as_slice(), &[epoch]].concat());
        let cipher = Ff1::new(&key, 2, 70, &tweak).ok_or_else(refuse)?;
        Ok(Self { epoch, cipher, hidden })
    }

    /// The code of a label.
    pub fn mint(&self, run: u32, index: u32) -> Result<Code, Problem> {
        if run >= RUNS || index >= INDICES {
            return Err(Problem::new(CODE_RANGE, "", format!("批次 {run}，序号 {index}")));
        }
        let number = (u128::from(run) << INDEX_BITS | u128::from(index)) << ZERO_BITS;
        let mut body = self.cipher.encrypt(number);
        let mut values = [0; LENGTH];
        for slot in values.iter_mut().skip(1).take(14).rev() {
            *slot = u8::try_from(body & 31).unwrap_or_default();
            body >>= 5;
        }
        let [first, .., last] = &mut values;
        (*first, *last) = (self.epoch, 0);
        let check = check_value(values.get(..LENGTH - 1).unwrap_or_default());
        let [.., last] = &mut values;
        *last = check;
        Ok(Code(values))
    }

    /// What a code stands for, if it is one of this product and epoch.
    pub fn recognise(&self, code: &Code) -> Result<Issued, Problem> {
        if code.epoch() != self.epoch {
            return Err(Problem::new(CODE_EPOCH, "", code.epoch()));
        }
        let number = self.cipher.decrypt(code.body());
        if number & ((1 << ZERO_BITS) - 1) != 0 {
            return Err(Problem::new(CODE_FOREIGN, "", code));
        }
        let number = number >> ZERO_BITS;
        let index = u32::try_from(number & u128::from(INDICES - 1)).unwrap_or_default();
        let run = u32::try_from(number >> INDEX_BITS).unwrap_or_default();
        Ok(Issued { epoch: self.epoch, run, index })
    }

    /// The six digits under the scratch layer of a label.
    pub fn hidden(&self, code: &Code) -> String {
        let digest = mac(&self.hidden, &[code.serial().as_bytes()]);
        let number = digest.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }

    /// Whether the six digits are those of the label, in time that does not tell how many were right. Tries are counted elsewhere.
    pub fn opens(&self, code: &Code, digits: &str) -> bool {
        let wanted = self.hidden(code);
        wanted.len() == digits.len() && wanted.bytes().zip(digits.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A key of HMAC has any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// HKDF-SHA-256 for one block of output (RFC 5869 §2).
fn hkdf(secret: &[u8], salt: &[u8], info: &[u8]) -> [u8; 32] {
    let extracted = mac(salt, &[secret]);
    mac(&extracted, &[info, &[1]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const GTIN: &str = "06901234567892";

    fn press() -> Press {
        Press::new(&[7; 32], 3, GTIN).unwrap()
    }

    #[test]
    fn hkdf_of_rfc_5869_case_1() {
        let salt: Vec<u8> = (0..=12).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let okm: String = hkdf(&[0x0b; 22], &salt, &info).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(okm, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    }

    proptest! {
        #[test]
        fn a_minted_code_is_recognised_however_it_is_typed(run in 0..RUNS, index in 0..INDICES) {
            let press = press();
            let code = press.mint(run, index).unwrap();
            prop_assert_eq!(press.recognise(&code).unwrap(), Issued { epoch: 3, run, index });
            let typed = code.to_string().to_lowercase().replace('0', "o").replace('1', "l").replace('-', " ");
            prop_assert_eq!(Code::read(&typed).unwrap(), code);
            prop_assert!(crate::gs1::lint::passes("cset82", &code.serial()));
            prop_assert!(press.opens(&code, &press.hidden(&code)));
        }

        /// Every single wrong character and every exchange of two is a typing error, never a foreign code and never another label.
        #[test]
        fn every_slip_of_the_pen_is_found(run in 0..RUNS, index in 0..INDICES) {
            let code = press().mint(run, index).unwrap();
            for at in 0..LENGTH {
                for value in 0..32 {
                    let mut wrong = code.0;
                    wrong[at] = value;
                    prop_assert_eq!(Code::read(&Code(wrong).serial()).is_ok(), wrong == code.0);
                }
                for other in 0..at {
                    let mut wrong = code.0;
                    wrong.swap(at, other);
                    prop_assert_eq!(Code::read(&Code(wrong).serial()).is_ok(), wrong == code.0);
                }
            }
        }

        /// A code of another product, another root or of nobody is foreign.
        #[test]
        fn a_guess_is_foreign(body in 0_u128..1 << 70, run in 0..RUNS, index in 0..INDICES) {
            let press = press();
            let mut values = [3; LENGTH];
            for (place, slot) in values.iter_mut().enumerate().take(15).skip(1) {
                *slot = (body >> (5 * (place - 1)) & 31) as u8;
            }
            values[15] = check_value(&values[..15]);
            let guess = Code::read(&Code(values).serial()).unwrap();
            prop_assert_eq!(press.recognise(&guess).unwrap_err().code, CODE_FOREIGN);
            let stranger = Press::new(&[8; 32], 3, GTIN).unwrap().mint(run, index).unwrap();
            prop_assert_eq!(press.recognise(&stranger).unwrap_err().code, CODE_FOREIGN);
            let product = Press::new(&[7; 32], 3, "06901234567908").unwrap().mint(run, index).unwrap();
            prop_assert_eq!(press.recognise(&product).unwrap_err().code, CODE_FOREIGN);
        }
    }

    #[test]
    fn what_is_refused_says_why() {
        let press = press();
        let code = press.mint(5, 6).unwrap();
        assert_eq!(Code::read("K7Q2-M0XD").unwrap_err().code, CODE_FORM);
        assert_eq!(Code::read(&format!("{code}0")).unwrap_err().code, CODE_FORM);
        let mut typed = code.serial();
        typed.replace_range(5..6, "U");
        assert!(Code::read(&typed).unwrap_err().message.contains("第2组"), "{typed}");
        assert_eq!(press.mint(RUNS, 0).unwrap_err().code, CODE_RANGE);
        assert_eq!(press.mint(0, INDICES).unwrap_err().code, CODE_RANGE);
        assert_eq!(Press::new(&[7; 32], 4, GTIN).unwrap().recognise(&code).unwrap_err().code, CODE_EPOCH);
        assert!(Press::new(&[7; 32], 0, "06901234567893").is_err());
        // Ten thousand codes of one run: no two alike, and first characters after the epoch in no order.
        let codes: HashSet<String> = (0..10_000).map(|index| press.mint(1, index).unwrap().serial()).collect();
        assert_eq!(codes.len(), 10_000);
        assert!(!press.opens(&code, "00000") && !press.opens(&code, ""));
    }
}
