//! 口令策略: named profiles of passwords, lock-out and sessions. The figures are data, each with the place that it comes from.
//!
//! GB/T 22239-2019 and OWASP ASVS contradict each other: the first wants kinds of characters and a change from time to time (8.1.4.1 a),
//! the second forbids to ask for either (V6.2.5, V6.2.10). So a county names the profile by which it is graded; nobody mixes them.

use crate::accounts::Account;
use crate::{App, Error, Power};

/// The setting that names the profile.
const SETTING: &str = "password_policy";

/// Who has to have a second factor (双因素).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// Who wants one.
    Optional,
    /// Everybody.
    Everybody,
}

/// A profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Stable id.
    pub id: &'static str,
    /// 名称
    pub name: &'static str,
    /// Shortest password, in characters.
    pub length: usize,
    /// So many kinds of: capital, small letter, digit, sign, other script.
    pub classes: usize,
    /// A password has to be changed after so many days.
    pub change_days: Option<i64>,
    /// So many earlier passwords do not come back.
    pub history: usize,
    /// Failures in a row before a lock.
    pub failures: i64,
    /// How long the lock lasts.
    pub lock_minutes: i64,
    /// A session ends after so long without use.
    pub idle_minutes: i64,
    /// A session ends after so long in any case.
    pub absolute_minutes: i64,
    /// Who has to have a second factor.
    pub second_factor: SecondFactor,
    /// An account that nobody used for so long is pointed out.
    pub dormant_days: i64,
    /// Where the figures come from, for the page.
    pub source: &'static str,
    /// False when nobody read the figures in the text that they are named for.
    pub verified: bool,
}

/// Every profile; the first holds until a county chooses.
pub const PROFILES: [Profile; 3] = [
    Profile {
        id: "djbh2",
        name: "等保二级",
        length: 10,
        classes: 3,
        change_days: Some(90),
        history: 3,
        failures: 5,
        lock_minutes: 15,
        idle_minutes: 30,
        absolute_minutes: 12 * 60,
        second_factor: SecondFactor::Optional,
        dormant_days: 90,
        source: "GB/T 22239-2019 第7.1.4.1条要求口令复杂、定期更换、限制失败次数、超时退出，但不给数值；数值取测评中常见的要求。",
        verified: false,
    },
    Profile {
        id: "djbh3",
        name: "等保三级",
        length: 12,
        classes: 3,
        change_days: Some(90),
        history: 5,
        failures: 5,
        lock_minutes: 30,
        idle_minutes: 15,
        absolute_minutes: 8 * 60,
        second_factor: SecondFactor::Everybody,
        dormant_days: 60,
        source: "GB/T 22239-2019 第8.1.4.1条在二级之上要求两种以上鉴别技术，其一为密码技术；数值取测评中常见的要求。",
        verified: false,
    },
    Profile {
        id: "asvs",
        name: "OWASP ASVS",
        length: 15,
        classes: 0,
        change_days: None,
        history: 0,
        failures: 5,
        lock_minutes: 15,
        idle_minutes: 30,
        absolute_minutes: 12 * 60,
        second_factor: SecondFactor::Everybody,
        dormant_days: 90,
        source: "OWASP ASVS 5.0 V6.2.5、V6.2.10 不许要求字符种类和定期更换；建议长度 15。次数和时长由使用方按风险确定，这里取常见值。",
        verified: false,
    },
];

impl Profile {
    /// The rule of passwords in a sentence.
    pub fn rule(&self) -> String {
        match self.classes {
            0 => format!("至少 {} 个字符，可以用一句话", self.length),
            classes => format!(
                "至少 {} 个字符，包含大写字母、小写字母、数字、符号、汉字中的 {classes} 种，可以用一句话",
                self.length
            ),
        }
    }

    /// What is wrong with a password, apart from its history.
    pub(crate) fn complaint(&self, login: &str, password: &str) -> Option<String> {
        /// A longer one is refused: hashing takes its time.
        const LONGEST: usize = 128;
        let length = password.chars().count();
        if length < self.length || length > LONGEST {
            return Some(format!("口令至少 {} 个字符，最多 {LONGEST} 个。可以用一句话。", self.length));
        }
        if password.contains(login) || password.chars().all(|c| password.starts_with(c)) {
            return Some("口令太容易猜到（不能含用户名，不能只用一个字），请换一个。".to_owned());
        }
        (classes(password) < self.classes).then(|| format!("口令的字符种类不够：{}。", self.rule()))
    }
}

/// How many kinds of characters a password has.
fn classes(password: &str) -> usize {
    let kinds: [fn(char) -> bool; 5] = [
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_digit(),
        |c| c.is_whitespace() || c.is_ascii_punctuation() || (!c.is_ascii() && !c.is_alphanumeric()),
        |c| !c.is_ascii() && c.is_alphanumeric(),
    ];
    kinds.iter().filter(|is| password.chars().any(**is)).count()
}

/// The profile of a stored name; the first where nothing was chosen.
pub(crate) fn profile(id: Option<&str>) -> &'static Profile {
    const FIRST: &Profile = &PROFILES[0];
    PROFILES.iter().find(|profile| Some(profile.id) == id).unwrap_or(FIRST)
}

impl App {
    /// The profile in force.
    pub fn policy(&self) -> Result<&'static Profile, Error> {
        Ok(profile(self.setting(SETTING)?.as_deref()))
    }

    /// Chooses a profile. It holds from the next sign-in, password and request on; passwords that are there stay until they are changed.
    pub fn set_policy(&self, actor: &Account, id: &str) -> Result<(), Error> {
        if !actor.has(Power::Security) {
            return Err(Error::NotPermitted);
        }
        let known = PROFILES.iter().find(|profile| profile.id == id);
        let chosen = known.ok_or_else(|| Error::NotFound("这个口令策略".to_owned()))?;
        let (place, by) = (self.pack.place.clone(), actor.login.clone());
        self.store.write(move |tx| {
            tx.set_setting(&place, SETTING, chosen.id)?;
            tx.log_operation(&place, &by, "选定口令策略", chosen.name, "").map(|_| ())
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_profile_takes_and_refuses_what_it_says() {
        let takes = |id: &str, password: &str| profile(Some(id)).complaint("wang", password).is_none();
        for (password, two, three, asvs) in [
            ("一句不短的口令 2026", true, true, false),
            ("Zhiheng-2026", true, true, false),
            ("Zhiheng-26", true, false, false),
            ("一句很长很长很长很长的话做密码", false, false, true),
            ("一句很长很长很长很长的话做密码 wang", false, false, false),
            ("短 A1", false, false, false),
            ("aaaaaaaaaaaaaaaa", false, false, false),
        ] {
            let found = (takes("djbh2", password), takes("djbh3", password), takes("asvs", password));
            assert_eq!(found, (two, three, asvs), "{password}");
        }
    }

    #[test]
    fn an_unknown_or_missing_choice_is_the_first_profile() {
        assert_eq!((profile(None).id, profile(Some("gone")).id), ("djbh2", "djbh2"));
    }
}
