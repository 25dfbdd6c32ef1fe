//! `batchwise thulium-campaign list`.

use batchwise::Record;
use batchwise::list::{ListError, ListErrorKind, ListOptions, ListStream};
use batchwise::thulium_campaign::{CampaignId, CampaignRecord, SystemStatus};

use super::CampaignListArgs;
use super::run::Walk;
use super::sheet::{Cell, Sheet};
use crate::args::ByArg;
use crate::commands::thulium_campaign as commands;
use crate::failure::{Exit, Failure};
use crate::input::expected;
use crate::inspect::MOST_WALKS;
use crate::settings::{Environment, Provider};

/// The first two are those that `delete` reads.
const OF_CUSTOMERS: &[&str] = &[
    "campaign",
    "customer_id",
    "record_id",
    "system_status",
    "status",
    "create_date",
    "call_date",
];
const OF_PHONES: &[&str] = &[
    "campaign",
    "phone_number",
    "record_id",
    "system_status",
    "status",
    "create_date",
    "call_date",
];

/// Lists campaigns.
pub(crate) async fn list(args: &CampaignListArgs) -> Result<Exit, Failure> {
    let campaigns = commands::campaign_ids(&args.campaign)?;
    let status = |word: &String| -> Result<SystemStatus, Failure> {
        let parsed = word.parse();
        parsed.map_err(|error| Failure::usage(format!("--status: `{word}`: {}", expected(error))))
    };
    let statuses: Vec<SystemStatus> = args.status.iter().map(status).collect::<Result<_, _>>()?;
    let connect = &args.list.connect;
    let environment = Environment::of(Provider::Thulium, connect)?;
    let access = commands::Access::of(&environment, connect)?;
    let walk = Walk::begin(&args.list, access.base.is_loopback(), ["record", "records"]);
    match args.by {
        ByArg::Customer => {
            let client = access.customers()?;
            let list = |campaign, options: ListOptions| client.list(campaign, statuses.iter().copied(), options);
            walk_all(walk, &campaigns, OF_CUSTOMERS, list).await
        }
        ByArg::Phone => {
            let client = access.phones(false)?;
            let list = |campaign, options: ListOptions| client.list(campaign, statuses.iter().copied(), options);
            walk_all(walk, &campaigns, OF_PHONES, list).await
        }
    }
}

async fn walk_all<M: Record>(
    walk: Walk<'_>,
    campaigns: &[CampaignId],
    columns: &'static [&'static str],
    list: impl Fn(CampaignId, ListOptions) -> ListStream<CampaignRecord<M>>,
) -> Result<Exit, Failure> {
    let mut sheet = walk.sheet(columns)?;
    let (mut rows, mut failed) = (0, None);
    for campaign in campaigns {
        match walk_one(&walk, *campaign, &list).await? {
            (records, None) => {
                rows += write(&mut sheet, &records)?;
            }
            (records, Some(error)) => {
                rows += write(&mut sheet, &records)?;
                failed = Some(error);
                break;
            }
        }
    }
    walk.end(sheet, rows, failed.as_ref())
}

/// The records of a campaign, and why they are not all of them.
async fn walk_one<M: Record>(
    walk: &Walk<'_>,
    campaign: CampaignId,
    list: &impl Fn(CampaignId, ListOptions) -> ListStream<CampaignRecord<M>>,
) -> Result<(Vec<CampaignRecord<M>>, Option<ListError>), Failure> {
    let mut walks = 1;
    loop {
        let mut records = Vec::new();
        let walked = walk
            .each(list(campaign, walk.options()), |record| {
                records.push(record);
                Ok(())
            })
            .await?;
        match walked {
            Ok(()) => return Ok((records, None)),
            Err(error) if error.kind() == ListErrorKind::Changed && walks < MOST_WALKS => {
                walks += 1;
                walk.notes
                    .warn(&format!("{error}; reading it once more ({walks} of {MOST_WALKS})"));
            }
            Err(error) => return Ok((records, Some(error))),
        }
    }
}

fn write<M: Record>(sheet: &mut Sheet, records: &[CampaignRecord<M>]) -> Result<u64, Failure> {
    for record in records {
        let cells = [
            Cell::Key(record.member.scope().unwrap_or_default()),
            Cell::Key(record.member.key()),
            Cell::Number(record.record_id),
            Cell::Text(record.system_status.clone()),
            Cell::Text(record.status.clone()),
            Cell::Text(record.create_date.clone()),
            Cell::Text(record.call_date.clone()),
        ];
        sheet.write(&cells).map_err(|error| Failure::fault(error.to_string()))?;
    }
    Ok(u64::try_from(records.len()).unwrap_or(u64::MAX))
}
