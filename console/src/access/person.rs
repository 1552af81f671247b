use renkei_core::catalogue::Lang;

use super::{Action, Role};

/// A role on all topics, or on one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// What the person is.
    pub role: Role,
    /// Where; `None`: everywhere.
    pub topic: Option<String>,
}

/// Who asks: the account behind a session, as the database knows it at this request.
#[derive(Debug, Clone)]
pub struct Person {
    /// The login id; it is the name in the audit log.
    pub login: String,
    /// Their name.
    pub name: String,
    /// The language of their pages.
    pub lang: Lang,
    /// The token their forms carry.
    pub csrf: String,
    /// What they may do.
    pub permissions: Vec<Permission>,
    /// They must choose a password before anything else.
    pub must_change: bool,
    /// They use one-time codes.
    pub has_totp: bool,
    /// One of their roles demands one-time codes, and they have none yet: they set them up before anything else.
    pub must_enrol: bool,
    /// They proved who they are within the last minutes.
    pub proven_lately: bool,
    /// SHA-256 of the session's token.
    pub session: Vec<u8>,
}

/// The topics on which somebody may do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of them, and what belongs to none.
    All,
    /// These.
    Only(Vec<String>),
}

impl Person {
    /// The same under a rule that demands one-time codes of roles.
    pub fn under(mut self, codes_for: &[Role]) -> Person {
        self.must_enrol = !self.has_totp && self.permissions.iter().any(|permission| codes_for.contains(&permission.role));
        self
    }

    /// Whether they may do this somewhere.
    pub fn may(&self, action: Action) -> bool {
        self.permissions.iter().any(|permission| permission.role.may(action))
    }

    /// Whether they may do this on a topic.
    pub fn may_on(&self, action: Action, topic: &str) -> bool {
        let covers = |permission: &Permission| permission.topic.as_deref().is_none_or(|own| own == topic);
        self.permissions.iter().any(|permission| permission.role.may(action) && covers(permission))
    }

    /// Whether they may do this everywhere: what belongs to no topic asks for that.
    pub fn may_everywhere(&self, action: Action) -> bool {
        self.scope(action) == Scope::All
    }

    /// Where they may do this.
    pub fn scope(&self, action: Action) -> Scope {
        let able = || self.permissions.iter().filter(|permission| permission.role.may(action));
        if able().any(|permission| permission.topic.is_none()) {
            return Scope::All;
        }
        Scope::Only(able().filter_map(|permission| permission.topic.clone()).collect())
    }
}

impl Scope {
    /// For SQL: null means all, `$1::text[] is null or topic = any($1)`.
    pub fn topics(&self) -> Option<&[String]> {
        match self {
            Scope::All => None,
            Scope::Only(topics) => Some(topics),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(permissions: Vec<Permission>) -> Person {
        Person {
            login: "kato.1".into(),
            name: "加藤".into(),
            lang: Lang::Ja,
            csrf: String::new(),
            permissions,
            must_change: false,
            has_totp: false,
            must_enrol: false,
            proven_lately: false,
            session: Vec::new(),
        }
    }

    #[test]
    fn codes_are_demanded_of_whoever_has_one_of_the_roles_and_no_codes() {
        let roles = [Role::Approver, Role::Administrator];
        let of = |role, topic: Option<&str>| person(vec![Permission { role, topic: topic.map(str::to_owned) }]);
        assert!(of(Role::Approver, Some("09_y")).under(&roles).must_enrol, "on one topic, too");
        assert!(!of(Role::Operator, None).under(&roles).must_enrol);
        assert!(!Person { has_totp: true, ..of(Role::Administrator, None) }.under(&roles).must_enrol);
        assert!(!of(Role::Administrator, None).under(&[]).must_enrol);
    }

    #[test]
    fn a_role_on_one_topic_stays_there() {
        let one = person(vec![Permission { role: Role::Operator, topic: Some("12_x".into()) }]);
        assert!(one.may(Action::Operate) && one.may_on(Action::Operate, "12_x") && !one.may_on(Action::Operate, "09_y"));
        assert!(!one.may_everywhere(Action::See));
        assert_eq!(one.scope(Action::See), Scope::Only(vec!["12_x".into()]));
        let all = person(vec![Permission { role: Role::Viewer, topic: None }]);
        assert_eq!((all.scope(Action::See), all.scope(Action::Operate)), (Scope::All, Scope::Only(Vec::new())));
        assert!(!all.may(Action::Operate));
    }
}
