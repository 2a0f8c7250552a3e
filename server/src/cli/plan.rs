use clap::Args;
use domain::{plan, workspace::Slug};
use services::limits;

use crate::{config::Config, failure::Failure, serve};

#[derive(Debug, Args)]
pub struct Plan {
    /// The workspace, as in its address.
    #[arg(long)]
    workspace: Slug,
    /// Give it this plan: free, starter, pro or enterprise.
    #[arg(long, value_parser = parse)]
    set: Option<plan::Plan>,
}

fn parse(name: &str) -> Result<plan::Plan, String> {
    plan::Plan::parse(name).ok_or_else(|| "expected free, starter, pro or enterprise".to_owned())
}

/// `parlance plan`
pub async fn run(args: &Plan, config: &Config) -> Result<(), Failure> {
    let services = serve::open_keyless(config).await?;
    let done = async {
        if let Some(plan) = args.set {
            limits::set_plan(&services, &args.workspace, plan).await?;
        }
        limits::plan_of(&services, &args.workspace).await
    };
    let plan = done.await;
    services.close().await;
    let plan = plan?;
    println!(
        "{}: {}, {} messages a minute, {} a second from each number",
        args.workspace,
        plan.as_str(),
        plan.per_minute(),
        plan.per_second()
    );
    Ok(())
}
