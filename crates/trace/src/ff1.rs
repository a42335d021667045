//! Format-preserving encryption FF1 (NIST SP 800-38G, §5.1, algorithms 7 and 8): a permutation of the numbers below radix ^ length under a key, so
//! that a short number becomes another of the same length that looks like chance.
//!
//! Ours and not a library's: numbers here fit into machine words, which saves arbitrary precision, and the tweak of a code is the same for a
//! whole run, so that each round costs one block of AES. All nine samples of NIST are tests, and a property compares with the crate `fpe`.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256, Block};

/// The cipher of a key length.
enum Cipher {
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Box<Aes256>),
}

impl Cipher {
    fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Aes128::new_from_slice(key).ok().map(Self::Aes128),
            24 => Aes192::new_from_slice(key).ok().map(Self::Aes192),
            32 => Aes256::new_from_slice(key).ok().map(|cipher| Self::Aes256(Box::new(cipher))),
            _ => None,
        }
    }

    fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block = Block::from(block);
        match self {
            Self::Aes128(cipher) => cipher.encrypt_block(&mut block),
            Self::Aes192(cipher) => cipher.encrypt_block(&mut block),
            Self::Aes256(cipher) => cipher.encrypt_block(&mut block),
        }
        block.into()
    }
}

/// FF1 for numbers of a radix and a length under a key and a tweak.
pub struct Ff1 {
    cipher: Cipher,
    /// radix ^ (length / 2), and radix ^ (length - length / 2).
    modulus: [u128; 2],
    /// Bytes of a half.
    bytes: usize,
    /// Bytes of a round's result that count: at most 16 here.
    counted: u32,
    /// State of the chain after the blocks that are the same in every round.
    state: [u8; 16],
    /// The last blocks of the chain, with zeros where the number of the round and the half go.
    tail: Vec<u8>,
}

impl Ff1 {
    /// `None` when the key is none of AES, or the numbers are fewer than a million (too few for any cipher) or have halves above 96 bits.
    pub fn new(key: &[u8], radix: u32, length: u32, tweak: &[u8]) -> Option<Self> {
        let cipher = Cipher::new(key)?;
        let (u, v) = (length / 2, length - length / 2);
        if !(2..=65_536).contains(&radix) || length < 2 {
            return None;
        }
        let modulus = [u128::from(radix).checked_pow(u)?, u128::from(radix).checked_pow(v)?];
        let [small, large] = modulus;
        let bits = 128 - (large - 1).leading_zeros();
        if bits > 96 || small.checked_mul(large).is_some_and(|all| all < 1_000_000) {
            return None;
        }
        let bytes = usize::try_from(bits.div_ceil(8)).ok()?;
        let counted = 4 * bits.div_ceil(32) + 4;
        let tweak_length = u32::try_from(tweak.len()).ok()?;
        let mut first = [0_u8; 16];
        let fields =
            [1, 2, 1].into_iter().chain(radix.to_be_bytes().into_iter().skip(1)).chain([10, u.to_be_bytes()[3]]);
        let fields = fields.chain(length.to_be_bytes()).chain(tweak_length.to_be_bytes());
        first.iter_mut().zip(fields).for_each(|(byte, field)| *byte = field);
        // T, zeros, the round, the half: whole blocks. Those that end before the round are the same every time.
        let padding = (16 - (tweak.len() + bytes + 1) % 16) % 16;
        let mut chain: Vec<u8> = tweak.to_vec();
        chain.resize(tweak.len() + padding + 1 + bytes, 0);
        let fixed = (tweak.len() + padding) / 16 * 16;
        let (before, tail) = chain.split_at_checked(fixed)?;
        let mut state = cipher.encrypt(first);
        for block in before.chunks_exact(16) {
            state = cipher.encrypt(xor(state, block));
        }
        let tail = tail.to_vec();
        Some(Self { cipher, modulus, bytes, counted, state, tail })
    }

    /// The round function: a number below 2 ^ 128 from the round and one half.
    fn round(&self, round: u8, half: u128) -> u128 {
        let mut state = self.state;
        let mut tail = [0_u8; 64];
        let length = self.tail.len().min(64);
        let at = length - self.bytes - 1;
        for (place, byte) in tail.iter_mut().enumerate().take(length) {
            *byte = match place.checked_sub(at) {
                None => self.tail.get(place).copied().unwrap_or_default(),
                Some(0) => round,
                Some(digit) => half.to_be_bytes().get(16 - self.bytes + digit - 1).copied().unwrap_or_default(),
            };
        }
        for block in tail.chunks_exact(16).take(length / 16) {
            state = self.cipher.encrypt(xor(state, block));
        }
        u128::from_be_bytes(state) >> (128 - 8 * self.counted)
    }

    /// Encrypts a number given as its two halves, the high one first.
    fn halves(&self, high: u128, low: u128) -> (u128, u128) {
        let [small, large] = self.modulus;
        let (mut a, mut b) = (high, low);
        for round in 0..10_u8 {
            let modulus = if round.is_multiple_of(2) { small } else { large };
            let c = (a + self.round(round, b) % modulus) % modulus;
            (a, b) = (b, c);
        }
        (a, b)
    }

    fn halves_back(&self, high: u128, low: u128) -> (u128, u128) {
        let [small, large] = self.modulus;
        let (mut a, mut b) = (high, low);
        for round in (0..10_u8).rev() {
            let modulus = if round.is_multiple_of(2) { small } else { large };
            let c = (b + modulus - self.round(round, a) % modulus) % modulus;
            (a, b) = (c, a);
        }
        (a, b)
    }

    /// The image of a number below radix ^ length; a larger one is taken modulo that.
    pub fn encrypt(&self, number: u128) -> u128 {
        let [small, large] = self.modulus;
        let (a, b) = self.halves(number / large % small, number % large);
        a * large + b
    }

    /// The number with this image.
    pub fn decrypt(&self, number: u128) -> u128 {
        let [small, large] = self.modulus;
        let (a, b) = self.halves_back(number / large % small, number % large);
        a * large + b
    }
}

fn xor(mut state: [u8; 16], block: &[u8]) -> [u8; 16] {
    state.iter_mut().zip(block).for_each(|(byte, other)| *byte ^= other);
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use fpe::ff1::{FF1, FlexibleNumeralString};
    use proptest::prelude::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// NIST, «FF1 samples»: key, radix, tweak, plaintext, ciphertext.
    #[test]
    fn all_samples_of_nist() {
        const K128: &str = "2B7E151628AED2A6ABF7158809CF4F3C";
        const K192: &str = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F";
        const K256: &str = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94";
        const TEN: &str = "39383736353433323130";
        const THIRTY_SIX: &str = "3737373770717273373737";
        let samples = [
            (K128, 10, "", "0123456789", "2433477484"),
            (K128, 10, TEN, "0123456789", "6124200773"),
            (K128, 36, THIRTY_SIX, "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
            (K192, 10, "", "0123456789", "2830668132"),
            (K192, 10, TEN, "0123456789", "2496655549"),
            (K192, 36, THIRTY_SIX, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"),
            (K256, 10, "", "0123456789", "6657667009"),
            (K256, 10, TEN, "0123456789", "1001623463"),
            (K256, 36, THIRTY_SIX, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
        ];
        for (key, radix, tweak, plain, cipher) in samples {
            let ff1 = Ff1::new(&hex(key), radix, plain.len().try_into().unwrap(), &hex(tweak)).unwrap();
            let number = |text: &str| u128::from_str_radix(text, radix).unwrap();
            assert_eq!(ff1.encrypt(number(plain)), number(cipher), "{plain} -> {cipher}");
            assert_eq!(ff1.decrypt(number(cipher)), number(plain), "{cipher} -> {plain}");
        }
    }

    proptest! {
        /// The same as the crate `fpe` says, for 70 bits as codes use them, and back again.
        #[test]
        fn agrees_with_another_implementation(key in any::<[u8; 32]>(), tweak in prop::collection::vec(any::<u8>(), 0..40), number in 0_u128..1 << 70) {
            let ours = Ff1::new(&key, 2, 70, &tweak).unwrap();
            let theirs = FF1::<aes::Aes256>::new(&key, 2).unwrap();
            let mut string = Vec::new();
            for at in 0..70 { string.push(u16::from(number >> (69 - at) & 1 == 1)); }
            let theirs = theirs.encrypt(&tweak, &FlexibleNumeralString::from(string)).unwrap();
            let theirs: Vec<u16> = theirs.into();
            let theirs = theirs.iter().fold(0_u128, |sum, bit| sum * 2 + u128::from(*bit));
            prop_assert_eq!(ours.encrypt(number), theirs);
            prop_assert_eq!(ours.decrypt(theirs), number);
        }
    }
}
