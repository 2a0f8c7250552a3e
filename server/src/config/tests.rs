use secrecy::ExposeSecret;

use super::*;

fn read<const N: usize>(values: [(&str, &str); N]) -> Result<Config, ConfigError> {
    Config::read(&Source::fixed(values))
}

#[test]
fn nothing_set_is_the_documented_default() {
    let config = read([]).unwrap();
    assert_eq!(config.database_url.expose_secret(), "sqlite://data/parlance.db");
    assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_url.origin(), "http://127.0.0.1:3000");
    assert!(!config.public_url.is_https());
    assert_eq!(config.meta.graph_url.as_str(), "https://graph.facebook.com/");
    assert_eq!(config.meta.graph_version, "v25.0");
    assert!(config.start_webhook_worker && config.start_message_retry_worker);
    assert!(config.trusted_proxies.is_empty() && config.meta.app_secrets.is_empty());
    assert!(config.mail.is_none());
    assert!(config.metrics.is_none());
    assert_eq!(config.default_plan, Plan::Enterprise);
    assert_eq!(config.media_folder(), PathBuf::from("data/media"));
    assert!(config.media_hosts.is_empty());
    assert_eq!(config.require_master_key().unwrap_err().variable, "TOKEN_MASTER_KEY");
}

#[test]
fn a_malformed_value_names_its_variable() {
    for (variable, value) in [
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "data/parlance.db"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("PARLANCE_ADDR", "3000"),
        ("PARLANCE_ADDR", "localhost:3000"),
        ("PARLANCE_ADDR", "127.0.0.1:70000"),
        ("PUBLIC_URL", "chat.example.com"),
        ("PUBLIC_URL", "ftp://chat.example.com"),
        ("PUBLIC_URL", "https://chat.example.com/path"),
        ("PUBLIC_URL", "https://user@chat.example.com"),
        ("TRUSTED_PROXIES", "10.0.0.0/40"),
        ("TRUSTED_PROXIES", "10.0.0.1, proxy"),
        ("MEDIA_HOSTS", "https://media.example.com"),
        ("MEDIA_HOSTS", "10.0.0.1"),
        ("MEDIA_HOSTS", "media.example.com, localhost"),
        ("META_APP_ID", "my app"),
        ("META_APP_SECRET", "short"),
        ("META_APP_SECRET", ","),
        ("META_APP_SECRET", "0123456789abcdef, with space in it here"),
        ("META_VERIFY_TOKEN", "short"),
        ("META_GRAPH_URL", "graph.facebook.com"),
        ("META_GRAPH_URL", "http://graph.facebook.com"),
        ("META_GRAPH_URL", "https://user:secret@graph.facebook.com"),
        ("META_GRAPH_VERSION", "25.0"),
        ("META_GRAPH_VERSION", "v25"),
        ("META_GRAPH_VERSION", "v25.x"),
        ("META_GRAPH_VERSION", "v.0"),
        ("TOKEN_MASTER_KEY", "00"),
        ("TOKEN_MASTER_KEY", "zz00000000000000000000000000000000000000000000000000000000000000"),
        ("TOKEN_MASTER_KEY", "aws-kms:"),
        ("TOKEN_MASTER_KEYS_OLD", "00"),
        ("TOKEN_MASTER_KEYS_OLD", "0000000000000000000000000000000000000000000000000000000000000000, aws-secret:"),
        ("SMTP_URL", "mail.example.com"),
        ("SMTP_URL", "https://mail.example.com"),
        ("SMTP_URL", "smtp://user@mail.example.com"),
        ("SMTP_URL", "smtps://mail.example.com/inbox"),
        ("MAIL_FROM", "parlance"),
        ("START_WEBHOOK_WORKER", "maybe"),
        ("DEFAULT_PLAN", "gold"),
        ("METRICS_ADDR", "9090"),
        ("METRICS_TOKEN", "short"),
        ("START_MESSAGE_RETRY_WORKER", "2"),
    ] {
        let error = read([(variable, value)]).expect_err(value);
        assert_eq!(error.variable, variable, "{value}");
        assert!(error.to_string().starts_with(variable), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn well_formed_values_are_taken() {
    let key = "00".repeat(32);
    let config = read([
        ("PARLANCE_ADDR", "[::1]:8080"),
        ("PUBLIC_URL", "https://Chat.Example.com/"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("META_APP_SECRET", "0123456789abcdef0123456789abcdef, fedcba9876543210fedcba9876543210"),
        ("META_GRAPH_URL", "http://127.0.0.1:9000"),
        ("META_GRAPH_VERSION", "v26.1"),
        ("TOKEN_MASTER_KEY", &key),
        ("START_WEBHOOK_WORKER", "false"),
        ("META_VERIFY_TOKEN", "  "),
    ])
    .unwrap();
    assert_eq!(config.public_url.origin(), "https://chat.example.com");
    assert!(config.public_url.is_https());
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.meta.app_secrets.len(), 2);
    assert!(config.meta.verify_token.is_none(), "blank counts as not set");
    assert!(!config.start_webhook_worker && config.start_message_retry_worker);
    assert!(config.require_master_key().is_ok());
}

#[test]
fn metrics_beyond_this_machine_need_a_token() {
    let here = read([("METRICS_ADDR", "127.0.0.1:9464")]).unwrap().metrics.unwrap();
    assert!(here.token.is_none());
    let error = read([("METRICS_ADDR", "0.0.0.0:9464")]).unwrap_err();
    assert_eq!(error.variable, "METRICS_TOKEN");
    let far = read([("METRICS_ADDR", "0.0.0.0:9464"), ("METRICS_TOKEN", "0123456789abcdef")]).unwrap();
    assert!(!format!("{far:?}").contains("0123456789abcdef"));
    assert!(far.metrics.unwrap().token.is_some());
}

#[test]
fn a_mail_server_needs_a_sender() {
    let error = read([("SMTP_URL", "smtp://127.0.0.1:1025")]).unwrap_err();
    assert_eq!(error.variable, "MAIL_FROM");
    assert!(read([("MAIL_FROM", "parlance@example.com")]).unwrap().mail.is_none());
}

#[test]
fn secrets_do_not_show() {
    let key = "ab".repeat(32);
    let config = read([
        ("DATABASE_URL", "postgres://u:pa55word@h/d"),
        ("META_APP_SECRET", "0123456789abcdef0123456789abcdef"),
        ("META_VERIFY_TOKEN", "verify-me-please"),
        ("TOKEN_MASTER_KEY", &key),
        ("SMTP_URL", "smtps://asha:hunter2@mail.example.com"),
        ("MAIL_FROM", "Parlance <parlance@example.com>"),
    ])
    .unwrap();
    assert!(config.mail.is_some());
    let shown = format!("{config:?}");
    for secret in ["pa55word", "0123456789abcdef", "verify-me-please", "abab", "hunter2"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[test]
fn files_lie_beside_the_database_unless_told() {
    for (url, expected) in [
        ("sqlite://data/parlance.db", "data"),
        ("sqlite:///var/lib/p/parlance.db?mode=rwc", "/var/lib/p"),
        ("sqlite:parlance.db", "."),
        ("postgres://u:p@h/d", "data"),
    ] {
        let config = read([("DATABASE_URL", url)]).unwrap();
        assert_eq!(config.data_folder(), PathBuf::from(expected), "{url}");
        assert_eq!(config.media_folder(), PathBuf::from(expected).join("media"), "{url}");
    }
    let config = read([("MEDIA_DIR", "/srv/files"), ("MEDIA_HOSTS", "a.example.com, B.example.com")]).unwrap();
    assert_eq!(config.media_folder(), PathBuf::from("/srv/files"));
    assert_eq!(config.media_hosts, ["a.example.com", "b.example.com"]);
}

#[test]
fn a_bucket_needs_its_place_and_a_key() {
    const SECRET: &str = "wJalrXUtnFEMI0EXAMPLE";
    let with = |name: &'static str, value: &'static str| {
        let mut all = vec![
            ("MEDIA_S3_BUCKET", "kaveri-files"),
            ("MEDIA_S3_REGION", "eu-central-1"),
            ("MEDIA_S3_KEY", "AKIAEXAMPLE"),
            ("MEDIA_S3_SECRET", SECRET),
        ];
        all.retain(|(known, _)| *known != name);
        all.push((name, value));
        let all: [(&str, &str); 4] = [all[0], all[1], all[2], all[3]];
        read(all)
    };
    let config = with("MEDIA_S3_BUCKET", "kaveri-files").unwrap();
    let bucket = config.media_s3.as_ref().unwrap();
    assert_eq!((bucket.to_string().as_str(), bucket.region.as_str()), ("s3://kaveri-files", "eu-central-1"));
    assert!(!format!("{config:?}").contains(SECRET));
    assert!(with("MEDIA_S3_BUCKET", "").unwrap().media_s3.is_none());
    for (name, value) in [
        ("MEDIA_S3_REGION", ""),
        ("MEDIA_S3_KEY", ""),
        ("MEDIA_S3_SECRET", ""),
        ("MEDIA_S3_BUCKET", "https://kaveri-files.s3.amazonaws.com"),
        ("MEDIA_S3_REGION", "eu central"),
        ("MEDIA_S3_SECRET", "two words"),
    ] {
        let error = with(name, value).unwrap_err();
        assert_eq!(error.variable, name);
        assert!(!error.to_string().contains("two words"));
    }
    let elsewhere = read([
        ("MEDIA_S3_BUCKET", "kaveri-files"),
        ("MEDIA_S3_ENDPOINT", "http://minio:9000"),
        ("MEDIA_S3_PREFIX", "/parlance/files/"),
        ("MEDIA_S3_KEY", "parlance"),
        ("MEDIA_S3_SECRET", SECRET),
    ]);
    let bucket = elsewhere.unwrap().media_s3.unwrap();
    assert_eq!(
        (bucket.to_string().as_str(), bucket.region.as_str()),
        ("s3://kaveri-files/parlance/files", "us-east-1")
    );
    for (name, value) in [
        ("MEDIA_S3_ENDPOINT", "https://s3.example.com/kaveri-files"),
        ("MEDIA_S3_ENDPOINT", "https://a:b@s3.example.com"),
        ("MEDIA_S3_PREFIX", "../up"),
        ("MEDIA_S3_PREFIX", "a//b"),
    ] {
        assert_eq!(read([(name, value)]).unwrap_err().variable, name);
    }
}
