//! Five roles, and what each may do. A role may be given on all topics or on one.
//!
//! An administrator gives roles and changes settings, and can neither operate nor approve: whoever can make himself an approver
//! must not approve without somebody noticing.

use std::fmt;

use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use serde::Deserialize;

/// What somebody is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 参照: looks.
    Viewer,
    /// 運用: hands in, confirms, resolves, orders files.
    Operator,
    /// 承認: approves and releases.
    Approver,
    /// 監査: reads the log, sees masked values.
    Auditor,
    /// 管理: accounts and settings.
    Administrator,
}

/// What a page or a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Look at batches, files, the ledger.
    See,
    /// Hand in, confirm, cancel, resolve, retry, order a file.
    Operate,
    /// Approve payment orders and files; release, void.
    Approve,
    /// Read the audit log; see account numbers and names in full.
    Audit,
    /// Change masters and settings.
    Configure,
    /// Accounts, roles, tokens.
    Administer,
}

/// Roles, best known first.
pub const ROLES: [Role; 5] = [Role::Viewer, Role::Operator, Role::Approver, Role::Auditor, Role::Administrator];
/// Actions, in the order of the table in docs/SECURITY.md.
pub const ACTIONS: [Action; 6] =
    [Action::See, Action::Operate, Action::Approve, Action::Audit, Action::Configure, Action::Administer];

impl Role {
    /// The word of the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Approver => "approver",
            Role::Auditor => "auditor",
            Role::Administrator => "administrator",
        }
    }

    /// From the word of the database.
    pub fn parse(text: &str) -> Option<Role> {
        ROLES.into_iter().find(|role| role.as_str() == text)
    }

    /// The reader's word.
    pub fn name(self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Role::Viewer => ("参照", "viewer"),
            Role::Operator => ("運用", "operator"),
            Role::Approver => ("承認", "approver"),
            Role::Auditor => ("監査", "auditor"),
            Role::Administrator => ("管理", "administrator"),
        };
        say(lang, ja, en)
    }

    /// Whether the role may do this. Everybody may look.
    pub const fn may(self, action: Action) -> bool {
        match action {
            Action::See => true,
            Action::Operate => matches!(self, Role::Operator),
            Action::Approve => matches!(self, Role::Approver),
            Action::Audit => matches!(self, Role::Auditor),
            Action::Configure | Action::Administer => matches!(self, Role::Administrator),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Action {
    /// The reader's word.
    pub fn name(self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Action::See => ("照会", "look"),
            Action::Operate => ("操作", "operate"),
            Action::Approve => ("承認・払出", "approve and release"),
            Action::Audit => ("監査", "audit"),
            Action::Configure => ("設定変更", "change settings"),
            Action::Administer => ("利用者管理", "manage accounts"),
        };
        say(lang, ja, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_people_read_is_the_one_that_counts() {
        let both = |ja: &str, en: &str| format!(" {en} {ja} |");
        let roles = ROLES.iter().map(|role| both(role.name(Lang::Ja), role.name(Lang::En)));
        let mut lines = vec![format!("| |{}", roles.collect::<String>()), format!("|--|{}", "--|".repeat(ROLES.len()))];
        lines.extend(ACTIONS.iter().map(|action| {
            let cells = ROLES.iter().map(|role| if role.may(*action) { " yes |" } else { " no |" });
            format!("|{}{}", both(action.name(Lang::Ja), action.name(Lang::En)), cells.collect::<String>())
        }));
        let table = format!("\n{}\n\n", lines.join("\n"));
        assert!(include_str!("../../../docs/SECURITY.md").contains(&table), "docs/SECURITY.md must have this table:\n{table}");
    }

    #[test]
    fn nobody_holds_two_keys_in_one_role() {
        for role in ROLES {
            assert!(role.may(Action::See));
            assert_eq!(Role::parse(role.as_str()), Some(role));
            let acts = [Action::Operate, Action::Approve, Action::Administer].into_iter().filter(|action| role.may(*action));
            assert!(acts.count() <= 1, "{role} makes and approves in one hand");
        }
    }
}
