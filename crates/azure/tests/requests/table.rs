//! The table: a function of `request`, called with fixed values, and what it has to build.

use crosspull_azure::request::{self, NewApp, NewAssignment, Request};
use crosspull_core::cloud::{Endpoints, KnownCloud};
use crosspull_core::ids::{AppId, ClusterId, ImageRef, KeyId, ObjectId, RegistryId};
use crosspull_core::input::ClusterCredential;
use crosspull_core::names::{AppAudience, Role, Side};

use crosspull_core::secret::Secret;
use url::Url;
use uuid::Uuid;

pub const APP: AppId = AppId(Uuid::from_u128(0xaaaa_aaaa_0000_4000_8000_0000_0000_0001));
const OBJECT: ObjectId = ObjectId(Uuid::from_u128(0xbbbb_bbbb_0000_4000_8000_0000_0000_0002));
const KEY: KeyId = KeyId(Uuid::from_u128(0xcccc_cccc_0000_4000_8000_0000_0000_0003));
const NAME: Uuid = Uuid::from_u128(0xdddd_dddd_0000_4000_8000_0000_0000_0004);
const SUBSCRIPTION: Uuid = Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111);
const TENANT: &str = "eeeeeeee-0000-4000-8000-000000000005";
/// Holds what has to be escaped in JSON, in a form and in a query.
pub const SECRET: &str = r#"p~8Q+a/b=&"c"#;
const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A function of `request`, called once, and what must come of it.
pub struct Row {
    pub function: &'static str,
    pub request: Request,
    /// Method and URL.
    pub line: &'static str,
    /// The tenant's side, and the account that sends.
    pub sender: &'static str,
    pub body: &'static str,
    pub writes: bool,
    pub contract: Contract,
}

/// The knowledge of the contracts about a request.
pub enum Contract {
    /// The operation it is.
    Operation(&'static str),
    /// The request is no operation. The text is the reason.
    None(&'static str),
}
use Contract::{None as No, Operation as Is};

const NO_SIGN_IN: &str = "Microsoft publishes no contract of its sign-in";
const NO_METADATA: &str = "Resource Manager's description of its cloud is in no contract";
const NO_OPERATION: &str = "the address of an operation comes from a header, not from a contract";
const NO_RELATIONS: &str =
    "the contract of Graph's directory is trimmed to objects; their relations are in its documents";
const NO_LISTS: &str = "the contract of Graph's directory is trimmed; groups, lists of people and objects of any kind are in its documents";
const NO_COMPUTE: &str = "the quota of a region is Compute's, of which no contract is here";
const NO_NETWORKS: &str = "networks are of a provider of which no contract is here";
const NO_LOCKS: &str = "locks have a contract of their own, which is not here";
const NO_VAULTS: &str = "Key Vaults are of a provider of which no contract is here";
const NO_DENY: &str = "the contracts of role assignments are trimmed; deny assignments are in Microsoft's SDKs";
const NO_ELIGIBLE: &str = "eligible roles are of another api-version, of which no contract is here";
const NO_POLICIES: &str = "the contract of Graph's directory is trimmed; policies are in its documents";
const NO_BLOBS: &str =
    "the data plane's contract is trimmed to manifests; blobs are of the OCI distribution specification";

pub fn endpoints() -> Endpoints {
    KnownCloud::Public.endpoints().expect("endpoints")
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

pub fn cluster() -> ClusterId {
    let text = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-a/providers/Microsoft.ContainerService/managedClusters/aks"
    );
    ClusterId::parse(&text).expect("a cluster's id")
}

fn registry() -> RegistryId {
    let text = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-b/providers/Microsoft.ContainerRegistry/registries/regb"
    );
    RegistryId::parse(&text).expect("a registry's id")
}

/// Returns the id of an assignment on the registry.
fn assignment() -> String {
    request::assignment_id(&registry().to_string(), NAME)
}

fn grant<'a>(definition: &'a str, condition: Option<&'a str>, description: Option<&'a str>) -> NewAssignment<'a> {
    NewAssignment { definition, principal: OBJECT, kind: "ServicePrincipal", condition, description }
}

fn row(
    function: &'static str,
    request: Request,
    line: &'static str,
    sender: &'static str,
    body: &'static str,
    writes: bool,
    contract: Contract,
) -> Row {
    Row { function, request, line, sender, body, writes, contract }
}

fn sign_in_rows() -> Vec<Row> {
    let at = endpoints();
    let secret = Secret::new(SECRET.to_owned());
    vec![
        row(
            "metadata",
            request::metadata(&at.arm),
            "GET https://management.azure.com/metadata/endpoints?api-version=2022-09-01",
            "A nobody",
            "",
            false,
            No(NO_METADATA),
        ),
        row(
            "openid_configuration",
            request::openid_configuration(&at, Side::B, "contoso.com"),
            "GET https://login.microsoftonline.com/contoso.com/v2.0/.well-known/openid-configuration",
            "B nobody",
            "",
            false,
            No(NO_SIGN_IN),
        ),
        row(
            "token",
            request::token(&at, Side::B, TENANT, APP, &secret),
            "POST https://login.microsoftonline.com/eeeeeeee-0000-4000-8000-000000000005/oauth2/v2.0/token",
            "B nobody",
            "client_id=aaaaaaaa-0000-4000-8000-000000000001&client_secret=p%7E8Q%2Ba%2Fb%3D%26%22c\
             &grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.core.windows.net%2F.default",
            false,
            No(NO_SIGN_IN),
        ),
    ]
}

fn person_rows() -> Vec<Row> {
    const TOKEN: &str = "POST https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token";
    const BACK: &str = "http://localhost:5000";
    let at = endpoints();
    let secret = Secret::new(SECRET.to_owned());
    let verifier = Secret::new("verifier".to_owned());
    let client = request::Client { endpoints: &at, side: Side::A, tenant: "contoso.com", id: APP };
    vec![
        row(
            "device_code",
            request::device_code(client, &at.arm_audience, Some("{}")),
            "POST https://login.microsoftonline.com/contoso.com/oauth2/v2.0/devicecode",
            "A nobody",
            "client_id=aaaaaaaa-0000-4000-8000-000000000001\
             &scope=https%3A%2F%2Fmanagement.core.windows.net%2F.default+offline_access+openid+profile&claims=%7B%7D",
            false,
            No(NO_SIGN_IN),
        ),
        row(
            "token_by_device_code",
            request::token_by_device_code(client, &secret),
            TOKEN,
            "A nobody",
            "client_id=aaaaaaaa-0000-4000-8000-000000000001\
             &grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=p%7E8Q%2Ba%2Fb%3D%26%22c",
            false,
            No(NO_SIGN_IN),
        ),
        row(
            "token_by_code",
            request::token_by_code(client, &at.graph_audience, BACK, &secret, &verifier),
            TOKEN,
            "A nobody",
            "client_id=aaaaaaaa-0000-4000-8000-000000000001&grant_type=authorization_code&code=p%7E8Q%2Ba%2Fb%3D%26%22c\
             &redirect_uri=http%3A%2F%2Flocalhost%3A5000&code_verifier=verifier\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default+offline_access+openid+profile",
            false,
            No(NO_SIGN_IN),
        ),
        row(
            "token_by_refresh",
            request::token_by_refresh(client, &at.registry_audience, &secret),
            TOKEN,
            "A nobody",
            "client_id=aaaaaaaa-0000-4000-8000-000000000001&grant_type=refresh_token&refresh_token=p%7E8Q%2Ba%2Fb%3D%26%22c\
             &scope=https%3A%2F%2Fcontainerregistry.azure.net%2F.default+offline_access+openid+profile",
            false,
            No(NO_SIGN_IN),
        ),
    ]
}

fn directory_rows() -> Vec<Row> {
    let at = endpoints();
    let ends = "2027-11-22T12:00:00.5Z".parse().expect("a time");
    vec![
        row(
            "organization",
            request::organization(&at, Side::B),
            "GET https://graph.microsoft.com/v1.0/organization?%24select=id%2CdisplayName%2CverifiedDomains",
            "B operator for Graph",
            "",
            false,
            Is("organization_ListOrganization"),
        ),
        row(
            "app_policy",
            request::app_policy(&at, Side::A),
            "GET https://graph.microsoft.com/v1.0/policies/defaultAppManagementPolicy",
            "A operator for Graph",
            "",
            false,
            No(NO_POLICIES),
        ),
        row(
            "apps_tagged",
            request::apps_tagged(&at, Side::A, "crosspull:1"),
            "GET https://graph.microsoft.com/v1.0/applications\
             ?%24filter=tags%2Fany%28t%3At%20eq%20%27crosspull%3A1%27%29",
            "A operator for Graph",
            "",
            false,
            Is("application_ListApplication"),
        ),
        row(
            "create_app",
            request::create_app(
                &at,
                Side::A,
                NewApp {
                    name: "crosspull aks",
                    audience: AppAudience::ManyTenants,
                    redirect_uri: "https://localhost/consented",
                    reads_profile: true,
                    tags: &["crosspull:1", "crosspull-run:7f3c9a2e"],
                },
            ),
            "POST https://graph.microsoft.com/v1.0/applications",
            "A operator for Graph",
            r#"{"displayName":"crosspull aks","signInAudience":"AzureADMultipleOrgs",
                "requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000",
                "resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"}]}],
                "web":{"redirectUris":["https://localhost/consented"]},"tags":["crosspull:1","crosspull-run:7f3c9a2e"]}"#,
            true,
            Is("application_CreateApplication"),
        ),
        row(
            "create_app",
            request::create_app(
                &at,
                Side::B,
                NewApp {
                    name: "crosspull pull",
                    audience: AppAudience::OneTenant,
                    redirect_uri: "",
                    reads_profile: false,
                    tags: &["crosspull-pull:1"],
                },
            ),
            "POST https://graph.microsoft.com/v1.0/applications",
            "B operator for Graph",
            r#"{"displayName":"crosspull pull","signInAudience":"AzureADMyOrg","tags":["crosspull-pull:1"]}"#,
            true,
            Is("application_CreateApplication"),
        ),
        row(
            "set_audience",
            request::set_audience(&at, Side::A, OBJECT, "AzureADMultipleOrgs"),
            "PATCH https://graph.microsoft.com/v1.0/applications/bbbbbbbb-0000-4000-8000-000000000002",
            "A operator for Graph",
            r#"{"signInAudience":"AzureADMultipleOrgs"}"#,
            true,
            Is("application_UpdateApplication"),
        ),
        row(
            "app",
            request::app(&at, Side::A, OBJECT),
            "GET https://graph.microsoft.com/v1.0/applications/bbbbbbbb-0000-4000-8000-000000000002",
            "A operator for Graph",
            "",
            false,
            Is("application_GetApplication"),
        ),
        row(
            "principals_of",
            request::principals_of(&at, Side::B, APP),
            "GET https://graph.microsoft.com/v1.0/servicePrincipals\
             ?%24filter=appId%20eq%20%27aaaaaaaa-0000-4000-8000-000000000001%27",
            "B operator for Graph",
            "",
            false,
            Is("servicePrincipal_ListServicePrincipal"),
        ),
        row(
            "create_principal",
            request::create_principal(&at, Side::B, APP, "crosspull-run:7f3c9a2e"),
            "POST https://graph.microsoft.com/v1.0/servicePrincipals",
            "B operator for Graph",
            r#"{"appId":"aaaaaaaa-0000-4000-8000-000000000001","tags":["crosspull-run:7f3c9a2e"]}"#,
            true,
            Is("servicePrincipal_CreateServicePrincipal"),
        ),
        row(
            "apps_of",
            request::apps_of(&at, Side::A, APP),
            "GET https://graph.microsoft.com/v1.0/applications\
             ?%24filter=appId%20eq%20%27aaaaaaaa-0000-4000-8000-000000000001%27",
            "A operator for Graph",
            "",
            false,
            Is("application_ListApplication"),
        ),
        row(
            "delete_app",
            request::delete_app(&at, Side::A, OBJECT),
            "DELETE https://graph.microsoft.com/v1.0/applications/bbbbbbbb-0000-4000-8000-000000000002",
            "A operator for Graph",
            "",
            true,
            Is("application_DeleteApplication"),
        ),
        row(
            "delete_principal",
            request::delete_principal(&at, Side::B, OBJECT),
            "DELETE https://graph.microsoft.com/v1.0/servicePrincipals/bbbbbbbb-0000-4000-8000-000000000002",
            "B operator for Graph",
            "",
            true,
            Is("servicePrincipal_DeleteServicePrincipal"),
        ),
        row(
            "principal",
            request::principal(&at, Side::B, OBJECT),
            "GET https://graph.microsoft.com/v1.0/servicePrincipals/bbbbbbbb-0000-4000-8000-000000000002",
            "B operator for Graph",
            "",
            false,
            Is("servicePrincipal_GetServicePrincipal"),
        ),
        row(
            "member_of",
            request::member_of(&at, OBJECT, true),
            "GET https://graph.microsoft.com/v1.0/servicePrincipals/bbbbbbbb-0000-4000-8000-000000000002\
             /transitiveMemberOf",
            "A operator for Graph",
            "",
            false,
            No(NO_RELATIONS),
        ),
        row(
            "member_of",
            request::member_of(&at, OBJECT, false),
            "GET https://graph.microsoft.com/v1.0/servicePrincipals/bbbbbbbb-0000-4000-8000-000000000002/memberOf",
            "A operator for Graph",
            "",
            false,
            No(NO_RELATIONS),
        ),
        row(
            "app_roles_of",
            request::app_roles_of(&at, OBJECT),
            "GET https://graph.microsoft.com/v1.0/servicePrincipals/bbbbbbbb-0000-4000-8000-000000000002\
             /appRoleAssignments",
            "A operator for Graph",
            "",
            false,
            No(NO_RELATIONS),
        ),
        row(
            "owners_of",
            request::owners_of(&at, Side::A, OBJECT),
            "GET https://graph.microsoft.com/v1.0/applications/bbbbbbbb-0000-4000-8000-000000000002/owners",
            "A operator for Graph",
            "",
            false,
            No(NO_RELATIONS),
        ),
        row(
            "federated_credentials_of",
            request::federated_credentials_of(&at, Side::A, OBJECT),
            "GET https://graph.microsoft.com/v1.0/applications/bbbbbbbb-0000-4000-8000-000000000002\
             /federatedIdentityCredentials",
            "A operator for Graph",
            "",
            false,
            Is("application_ListFederatedIdentityCredential"),
        ),
        row(
            "add_password",
            request::add_password(&at, Side::A, OBJECT, "crosspull 2026-11-22", ends),
            "POST https://graph.microsoft.com/v1.0/applications/bbbbbbbb-0000-4000-8000-000000000002/addPassword",
            "A operator for Graph",
            r#"{"passwordCredential":{"displayName":"crosspull 2026-11-22","endDateTime":"2027-11-22T12:00:00Z"}}"#,
            true,
            Is("application_addPassword"),
        ),
        row(
            "remove_password",
            request::remove_password(&at, Side::A, OBJECT, KEY),
            "POST https://graph.microsoft.com/v1.0/applications/bbbbbbbb-0000-4000-8000-000000000002/removePassword",
            "A operator for Graph",
            r#"{"keyId":"cccccccc-0000-4000-8000-000000000003"}"#,
            true,
            Is("application_removePassword"),
        ),
    ]
}

/// Somebody, with the groups that they belong to.
fn people_rows() -> Vec<Row> {
    let at = endpoints();
    vec![
        row(
            "me",
            request::me(&at),
            "GET https://graph.microsoft.com/v1.0/me",
            "A operator for Graph",
            "",
            false,
            Is("me.user.GetUser"),
        ),
        row(
            "user",
            request::user(&at, "eve_x.org#EXT#@contoso.com"),
            "GET https://graph.microsoft.com/v1.0/users/eve_x.org%23EXT%23%40contoso.com",
            "A operator for Graph",
            "",
            false,
            Is("user_GetUser"),
        ),
        row(
            "users_of_mail",
            request::users_of_mail(&at, "o'eve@x.org"),
            "GET https://graph.microsoft.com/v1.0/users?%24filter=mail%20eq%20%27o%27%27eve%40x.org%27",
            "A operator for Graph",
            "",
            false,
            No(NO_LISTS),
        ),
        row(
            "directory_object",
            request::directory_object(&at, OBJECT),
            "GET https://graph.microsoft.com/v1.0/directoryObjects/bbbbbbbb-0000-4000-8000-000000000002",
            "A operator for Graph",
            "",
            false,
            No(NO_LISTS),
        ),
        row(
            "group",
            request::group(&at, Side::A, OBJECT),
            "GET https://graph.microsoft.com/v1.0/groups/bbbbbbbb-0000-4000-8000-000000000002\
             ?%24select=id%2CdisplayName%2CgroupTypes%2CmembershipRule%2ConPremisesSyncEnabled%2CsecurityEnabled",
            "A operator for Graph",
            "",
            false,
            No(NO_LISTS),
        ),
        row(
            "directory_objects",
            request::directory_objects(&at, &[OBJECT]),
            "POST https://graph.microsoft.com/v1.0/directoryObjects/getByIds",
            "A operator for Graph",
            r#"{"ids":["bbbbbbbb-0000-4000-8000-000000000002"],"types":["user","group","servicePrincipal"]}"#,
            false,
            No(NO_LISTS),
        ),
        row(
            "members_of",
            request::members_of(&at, Side::A, OBJECT),
            "GET https://graph.microsoft.com/v1.0/groups/bbbbbbbb-0000-4000-8000-000000000002/members?%24select=id",
            "A operator for Graph",
            "",
            false,
            No(NO_RELATIONS),
        ),
        row(
            "add_member",
            request::add_member(&at, Side::A, OBJECT, ObjectId(KEY.0)),
            "POST https://graph.microsoft.com/v1.0/groups/bbbbbbbb-0000-4000-8000-000000000002/members/$ref",
            "A operator for Graph",
            r#"{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/cccccccc-0000-4000-8000-000000000003"}"#,
            true,
            No(NO_RELATIONS),
        ),
        row(
            "remove_member",
            request::remove_member(&at, Side::A, OBJECT, ObjectId(KEY.0)),
            "DELETE https://graph.microsoft.com/v1.0/groups/bbbbbbbb-0000-4000-8000-000000000002/members\
             /cccccccc-0000-4000-8000-000000000003/$ref",
            "A operator for Graph",
            "",
            true,
            No(NO_RELATIONS),
        ),
        row(
            "groups_named",
            request::groups_named(&at, "Shop & Co"),
            "GET https://graph.microsoft.com/v1.0/groups?%24filter=displayName%20eq%20%27Shop%20%26%20Co%27",
            "A operator for Graph",
            "",
            false,
            No(NO_LISTS),
        ),
        row(
            "principals_named",
            request::principals_named(&at, "shop"),
            "GET https://graph.microsoft.com/v1.0/servicePrincipals?%24filter=displayName%20eq%20%27shop%27",
            "A operator for Graph",
            "",
            false,
            Is("servicePrincipal_ListServicePrincipal"),
        ),
        row(
            "transitive_member_of",
            request::transitive_member_of(&at, "users", OBJECT),
            "GET https://graph.microsoft.com/v1.0/users/bbbbbbbb-0000-4000-8000-000000000002/transitiveMemberOf?%24top=999",
            "A operator for Graph",
            "",
            false,
            No(NO_RELATIONS),
        ),
        row(
            "transitive_members",
            request::transitive_members(&at, OBJECT),
            "GET https://graph.microsoft.com/v1.0/groups/bbbbbbbb-0000-4000-8000-000000000002/transitiveMembers?%24top=999",
            "A operator for Graph",
            "",
            false,
            No(NO_RELATIONS),
        ),
    ]
}

fn resource_rows() -> Vec<Row> {
    let at = endpoints();
    let secret = Secret::new(SECRET.to_owned());
    let [definition, reader] =
        [Role::AcrPull, Role::RepositoryReader].map(|role| request::definition_id(&registry(), role));
    let polled = url("https://management.azure.com/subscriptions/s/providers/Microsoft.ContainerService/locations/\
         westeurope/operations/o?api-version=2016-03-30&t=1&s=x%2By");
    vec![
        row(
            "cluster",
            request::cluster(&at, &cluster()),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-a\
             /providers/Microsoft.ContainerService/managedClusters/aks?api-version=2024-09-01",
            "A operator for Arm",
            "",
            false,
            Is("ManagedClusters_Get"),
        ),
        row(
            "cluster_credentials",
            request::cluster_credentials(&at, &cluster(), ClusterCredential::User),
            "POST https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-a\
             /providers/Microsoft.ContainerService/managedClusters/aks/listClusterUserCredential\
             ?api-version=2024-09-01",
            "A operator for Arm",
            "",
            false,
            Is("ManagedClusters_ListClusterUserCredentials"),
        ),
        row(
            "cluster_credentials",
            request::cluster_credentials(&at, &cluster(), ClusterCredential::Admin),
            "POST https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-a\
             /providers/Microsoft.ContainerService/managedClusters/aks/listClusterAdminCredential\
             ?api-version=2024-09-01",
            "A operator for Arm",
            "",
            false,
            Is("ManagedClusters_ListClusterAdminCredentials"),
        ),
        row(
            "vaults_in",
            request::vaults_in(&at, SUBSCRIPTION),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/providers\
             /Microsoft.KeyVault/vaults?api-version=2023-07-01",
            "A operator for Arm",
            "",
            false,
            No(NO_VAULTS),
        ),
        row(
            "usages",
            request::usages(&at, SUBSCRIPTION, "westeurope"),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/providers\
             /Microsoft.Compute/locations/westeurope/usages?api-version=2024-07-01",
            "A operator for Arm",
            "",
            false,
            No(NO_COMPUTE),
        ),
        row(
            "who_has_subscription",
            request::who_has_subscription(&at, SUBSCRIPTION),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111?api-version=2022-12-01",
            "B nobody",
            "",
            false,
            Is("Subscriptions_Get"),
        ),
        row(
            "subscriptions",
            request::subscriptions(&at, Side::A),
            "GET https://management.azure.com/subscriptions?api-version=2022-12-01",
            "A operator for Arm",
            "",
            false,
            Is("Subscriptions_List"),
        ),
        row(
            "subscription",
            request::subscription(&at, Side::B, SUBSCRIPTION),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111?api-version=2022-12-01",
            "B operator for Arm",
            "",
            false,
            Is("Subscriptions_Get"),
        ),
        row(
            "subnet",
            request::subnet(
                &at,
                "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
            ),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/net\
             /providers/Microsoft.Network/virtualNetworks/v/subnets/s?api-version=2024-05-01",
            "A operator for Arm",
            "",
            false,
            No(NO_NETWORKS),
        ),
        row(
            "locks",
            request::locks(&at, Side::B, &registry().to_string()),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/providers/Microsoft.Authorization/locks\
             ?api-version=2020-05-01&%24filter=atScope%28%29",
            "B operator for Arm",
            "",
            false,
            No(NO_LOCKS),
        ),
        row(
            "tenants",
            request::tenants(&at, Side::B),
            "GET https://management.azure.com/tenants?api-version=2022-12-01",
            "B operator for Arm",
            "",
            false,
            Is("Tenants_List"),
        ),
        row(
            "resources",
            request::resources(&at, Side::A, "resources", Some("next")),
            "POST https://management.azure.com/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01",
            "A operator for Arm",
            r#"{"query":"resources","options":{"resultFormat":"objectArray","$top":1000,"$skipToken":"next"}}"#,
            false,
            Is("Resources"),
        ),
        row(
            "clusters_in",
            request::clusters_in(&at, Side::A, SUBSCRIPTION),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/providers\
             /Microsoft.ContainerService/managedClusters?api-version=2024-09-01",
            "A operator for Arm",
            "",
            false,
            Is("ManagedClusters_List"),
        ),
        row(
            "registries_in",
            request::registries_in(&at, Side::B, SUBSCRIPTION),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/providers\
             /Microsoft.ContainerRegistry/registries?api-version=2023-07-01",
            "B operator for Arm",
            "",
            false,
            Is("Registries_List"),
        ),
        row(
            "reset_cluster",
            request::reset_cluster(&at, &cluster(), APP, &secret),
            "POST https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-a\
             /providers/Microsoft.ContainerService/managedClusters/aks/resetServicePrincipalProfile\
             ?api-version=2024-09-01",
            "A operator for Arm",
            r#"{"clientId":"aaaaaaaa-0000-4000-8000-000000000001","secret":"p~8Q+a/b=&\"c"}"#,
            true,
            Is("ManagedClusters_ResetServicePrincipalProfile"),
        ),
        row(
            "operation",
            request::operation(Side::A, polled),
            "GET https://management.azure.com/subscriptions/s/providers/Microsoft.ContainerService/locations/\
             westeurope/operations/o?api-version=2016-03-30&t=1&s=x%2By",
            "A operator for Arm",
            "",
            false,
            No(NO_OPERATION),
        ),
        row(
            "permissions",
            request::permissions(&at, Side::B, &registry().to_string()),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/providers/Microsoft.Authorization/permissions\
             ?api-version=2022-04-01",
            "B operator for Arm",
            "",
            false,
            Is("Permissions_ListForResource"),
        ),
        row(
            "deny_assignments",
            request::deny_assignments(&at, Side::B, &registry().to_string()),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/providers/Microsoft.Authorization/denyAssignments\
             ?api-version=2022-04-01&%24filter=atScope%28%29",
            "B operator for Arm",
            "",
            false,
            No(NO_DENY),
        ),
        row(
            "eligible_roles",
            request::eligible_roles(&at, Side::B, &registry().to_string()),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/providers/Microsoft.Authorization\
             /roleEligibilityScheduleInstances?api-version=2020-10-01&%24filter=asTarget%28%29",
            "B operator for Arm",
            "",
            false,
            No(NO_ELIGIBLE),
        ),
        row(
            "roles_assigned_to",
            request::roles_assigned_to(&at, Side::B, &registry().to_string(), OBJECT),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/providers/Microsoft.Authorization/roleAssignments\
             ?api-version=2022-04-01&%24filter=assignedTo%28%27bbbbbbbb-0000-4000-8000-000000000002%27%29",
            "B operator for Arm",
            "",
            false,
            Is("RoleAssignments_ListForResource"),
        ),
        row(
            "roles_that_hold",
            request::roles_that_hold(&at, Side::A, &format!("/subscriptions/{SUBSCRIPTION}")),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/providers\
             /Microsoft.Authorization/roleAssignments?api-version=2022-04-01&%24filter=atScope%28%29",
            "A operator for Arm",
            "",
            false,
            Is("RoleAssignments_ListForScope"),
        ),
        row(
            "restore_role",
            request::restore_role(
                &at,
                Side::A,
                &assignment(),
                &serde_json::json!({ "roleDefinitionId": definition, "principalId": OBJECT, "principalType": "User" }),
            ),
            "PUT https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/providers/Microsoft.Authorization\
             /roleAssignments/dddddddd-0000-4000-8000-000000000004?api-version=2022-04-01",
            "A operator for Arm",
            r#"{"properties":{"roleDefinitionId":"/subscriptions/11111111-1111-4111-8111-111111111111/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d",
                "principalId":"bbbbbbbb-0000-4000-8000-000000000002","principalType":"User"}}"#,
            true,
            Is("RoleAssignments_Create"),
        ),
        row(
            "roles_around",
            request::roles_around(&at, Side::A, &cluster().to_string()),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-a\
             /providers/Microsoft.ContainerService/managedClusters/aks/providers/Microsoft.Authorization\
             /roleAssignments?api-version=2022-04-01",
            "A operator for Arm",
            "",
            false,
            Is("RoleAssignments_ListForResource"),
        ),
        row(
            "roles_at",
            request::roles_at(&at, Side::A, &format!("/subscriptions/{SUBSCRIPTION}"), OBJECT),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/providers\
             /Microsoft.Authorization/roleAssignments?api-version=2022-04-01\
             &%24filter=principalId%20eq%20%27bbbbbbbb-0000-4000-8000-000000000002%27",
            "A operator for Arm",
            "",
            false,
            Is("RoleAssignments_ListForScope"),
        ),
        row(
            "role_definition",
            request::role_definition(&at, Side::A, &definition),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/providers\
             /Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d?api-version=2022-04-01",
            "A operator for Arm",
            "",
            false,
            Is("RoleDefinitions_Get"),
        ),
        row(
            "registry",
            request::registry(&at, &registry()),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb?api-version=2025-11-01",
            "B operator for Arm",
            "",
            false,
            Is("Registries_Get"),
        ),
        row(
            "assignment",
            request::assignment(&at, Side::B, &assignment()),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/providers/Microsoft.Authorization\
             /roleAssignments/dddddddd-0000-4000-8000-000000000004?api-version=2022-04-01",
            "B operator for Arm",
            "",
            false,
            Is("RoleAssignments_Get"),
        ),
        row(
            "assign_role",
            request::assign_role(&at, Side::B, &assignment(), grant(&definition, None, Some("made by crosspull"))),
            "PUT https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/providers/Microsoft.Authorization\
             /roleAssignments/dddddddd-0000-4000-8000-000000000004?api-version=2022-04-01",
            "B operator for Arm",
            r#"{"properties":{"roleDefinitionId":"/subscriptions/11111111-1111-4111-8111-111111111111/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d",
                "principalId":"bbbbbbbb-0000-4000-8000-000000000002","principalType":"ServicePrincipal",
                "description":"made by crosspull"}}"#,
            true,
            Is("RoleAssignments_Create"),
        ),
        row(
            "assign_role",
            request::assign_role(&at, Side::B, &assignment(), grant(&reader, Some("@Request[x] == 'y'"), None)),
            "PUT https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/providers/Microsoft.Authorization\
             /roleAssignments/dddddddd-0000-4000-8000-000000000004?api-version=2022-04-01",
            "B operator for Arm",
            r#"{"properties":{"roleDefinitionId":"/subscriptions/11111111-1111-4111-8111-111111111111/providers/Microsoft.Authorization/roleDefinitions/b93aa761-3e63-49ed-ac28-beffa264f7ac",
                "principalId":"bbbbbbbb-0000-4000-8000-000000000002","principalType":"ServicePrincipal",
                "condition":"@Request[x] == 'y'","conditionVersion":"2.0"}}"#,
            true,
            Is("RoleAssignments_Create"),
        ),
        row(
            "remove_role",
            request::remove_role(&at, Side::B, &assignment()),
            "DELETE https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/providers/Microsoft.Authorization\
             /roleAssignments/dddddddd-0000-4000-8000-000000000004?api-version=2022-04-01",
            "B operator for Arm",
            "",
            true,
            Is("RoleAssignments_Delete"),
        ),
    ]
}

fn registry_rows() -> Vec<Row> {
    let server = request::login_server("regb.azurecr.io").expect("a login server");
    let secret = Secret::new(SECRET.to_owned());
    let two_scopes = ["repository:a:pull".to_owned(), "registry:catalog:*".to_owned()];
    let image = ImageRef::parse("shop/web:1.4").expect("an image");
    let realm = url("https://regb.azurecr.io/oauth2/token");
    vec![
        row(
            "challenge",
            request::challenge(&server),
            "GET https://regb.azurecr.io/v2/",
            "B nobody",
            "",
            false,
            Is("ContainerRegistry_CheckDockerV2Support"),
        ),
        row(
            "hello",
            request::hello(&server),
            "HEAD https://regb.azurecr.io/v2/",
            "B nobody",
            "",
            false,
            No("the contract has this address by GET alone"),
        ),
        row(
            "pull_token",
            request::pull_token(&realm, "regb.azurecr.io", "shop/web", &APP.to_string(), &secret),
            "GET https://regb.azurecr.io/oauth2/token?service=regb.azurecr.io&scope=repository%3Ashop%2Fweb%3Apull",
            "B basic aaaaaaaa-0000-4000-8000-000000000001",
            "",
            false,
            Is("Authentication_GetAcrAccessTokenFromLogin"),
        ),
        row(
            "token_by_password",
            request::token_by_password(&realm, "regb.azurecr.io", &two_scopes, &APP.to_string(), &secret),
            "GET https://regb.azurecr.io/oauth2/token?service=regb.azurecr.io&scope=repository%3Aa%3Apull\
             &scope=registry%3Acatalog%3A*",
            "B basic aaaaaaaa-0000-4000-8000-000000000001",
            "",
            false,
            Is("Authentication_GetAcrAccessTokenFromLogin"),
        ),
        row(
            "exchange",
            request::exchange(&server, "regb.azurecr.io", TENANT, &secret),
            "POST https://regb.azurecr.io/oauth2/exchange",
            "B nobody",
            "grant_type=access_token&service=regb.azurecr.io&tenant=eeeeeeee-0000-4000-8000-000000000005\
             &access_token=p%7E8Q%2Ba%2Fb%3D%26%22c",
            false,
            Is("Authentication_ExchangeAadAccessTokenForAcrRefreshToken"),
        ),
        row(
            "registry_token",
            request::registry_token(&server, "regb.azurecr.io", "repository:shop/web:pull", &secret),
            "POST https://regb.azurecr.io/oauth2/token",
            "B nobody",
            "grant_type=refresh_token&service=regb.azurecr.io&scope=repository%3Ashop%2Fweb%3Apull\
             &refresh_token=p%7E8Q%2Ba%2Fb%3D%26%22c",
            false,
            Is("Authentication_ExchangeAcrRefreshTokenForAcrAccessToken"),
        ),
        row(
            "repositories",
            request::repositories(&server, Some("shop/api"), &secret),
            "GET https://regb.azurecr.io/acr/v1/_catalog?n=1000&last=shop%2Fapi",
            "B token",
            "",
            false,
            Is("ContainerRegistry_GetRepositories"),
        ),
        row(
            "tags",
            request::tags(&server, "shop/web", None, &secret),
            "GET https://regb.azurecr.io/acr/v1/shop/web/_tags?n=1000&orderby=timedesc",
            "B token",
            "",
            false,
            Is("ContainerRegistry_GetTags"),
        ),
        row(
            "manifest",
            request::manifest(&server, &image, &secret),
            "GET https://regb.azurecr.io/v2/shop/web/manifests/1.4",
            "B token",
            "",
            false,
            Is("ContainerRegistry_GetManifest"),
        ),
        row(
            "manifest_at",
            request::manifest_at(&server, "shop/web", "sha256:ab", &secret),
            "GET https://regb.azurecr.io/v2/shop/web/manifests/sha256:ab",
            "B token",
            "",
            false,
            Is("ContainerRegistry_GetManifest"),
        ),
        row(
            "blob",
            request::blob(&server, "shop/web", DIGEST, &secret),
            "GET https://regb.azurecr.io/v2/shop/web/blobs/\
             sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "B token",
            "",
            false,
            No(NO_BLOBS),
        ),
        row(
            "redirected_blob",
            request::redirected_blob(url("https://store.blob.core.windows.net/x?sig=a%2Bb")),
            "GET https://store.blob.core.windows.net/x?sig=a%2Bb",
            "B nobody",
            "",
            false,
            No(NO_BLOBS),
        ),
    ]
}

/// The name of a repository token and of its scope map.
const TOKEN: &str = "crosspull-aks";

fn registry_user_rows() -> Vec<Row> {
    let (at, regb) = (endpoints(), registry());
    let actions = ["repositories/shop/web/content/read".to_owned()];
    let ends = "2027-01-01T00:00:00Z".parse().expect("a time");
    vec![
        row(
            "scope_map",
            request::scope_map(&at, &regb, TOKEN),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/scopeMaps/crosspull-aks?api-version=2023-07-01",
            "B operator for Arm",
            "",
            false,
            Is("ScopeMaps_Get"),
        ),
        row(
            "put_scope_map",
            request::put_scope_map(&at, &regb, TOKEN, "made by crosspull", &actions),
            "PUT https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/scopeMaps/crosspull-aks?api-version=2023-07-01",
            "B operator for Arm",
            r#"{"properties":{"description":"made by crosspull","actions":["repositories/shop/web/content/read"]}}"#,
            true,
            Is("ScopeMaps_Create"),
        ),
        row(
            "delete_scope_map",
            request::delete_scope_map(&at, &regb, TOKEN),
            "DELETE https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/scopeMaps/crosspull-aks?api-version=2023-07-01",
            "B operator for Arm",
            "",
            true,
            Is("ScopeMaps_Delete"),
        ),
        row(
            "repository_tokens",
            request::repository_tokens(&at, &regb),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/tokens?api-version=2023-07-01",
            "B operator for Arm",
            "",
            false,
            Is("Tokens_List"),
        ),
        row(
            "repository_token",
            request::repository_token(&at, &regb, TOKEN),
            "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/tokens/crosspull-aks?api-version=2023-07-01",
            "B operator for Arm",
            "",
            false,
            Is("Tokens_Get"),
        ),
        row(
            "put_repository_token",
            request::put_repository_token(&at, &regb, TOKEN),
            "PUT https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/tokens/crosspull-aks?api-version=2023-07-01",
            "B operator for Arm",
            r#"{"properties":{"scopeMapId":"/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b/providers/Microsoft.ContainerRegistry/registries/regb/scopeMaps/crosspull-aks","status":"enabled"}}"#,
            true,
            Is("Tokens_Create"),
        ),
        row(
            "delete_repository_token",
            request::delete_repository_token(&at, &regb, TOKEN),
            "DELETE https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/tokens/crosspull-aks?api-version=2023-07-01",
            "B operator for Arm",
            "",
            true,
            Is("Tokens_Delete"),
        ),
        row(
            "generate_credentials",
            request::generate_credentials(&at, &regb, TOKEN, "password1", ends),
            "POST https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/generateCredentials?api-version=2023-07-01",
            "B operator for Arm",
            r#"{"tokenId":"/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b/providers/Microsoft.ContainerRegistry/registries/regb/tokens/crosspull-aks","name":"password1","expiry":"2027-01-01T00:00:00Z"}"#,
            true,
            Is("Registries_GenerateCredentials"),
        ),
        row(
            "set_admin_account",
            request::set_admin_account(&at, &regb, true),
            "PATCH https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb?api-version=2023-07-01",
            "B operator for Arm",
            r#"{"properties":{"adminUserEnabled":true}}"#,
            true,
            Is("Registries_Update"),
        ),
        row(
            "admin_credentials",
            request::admin_credentials(&at, &regb),
            "POST https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/listCredentials?api-version=2023-07-01",
            "B operator for Arm",
            "",
            false,
            Is("Registries_ListCredentials"),
        ),
        row(
            "regenerate_admin_password",
            request::regenerate_admin_password(&at, &regb, "password2"),
            "POST https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-b\
             /providers/Microsoft.ContainerRegistry/registries/regb/regenerateCredential?api-version=2023-07-01",
            "B operator for Arm",
            r#"{"name":"password2"}"#,
            true,
            Is("Registries_RegenerateCredential"),
        ),
    ]
}

pub fn rows() -> Vec<Row> {
    let all = [
        sign_in_rows(),
        person_rows(),
        directory_rows(),
        people_rows(),
        resource_rows(),
        registry_rows(),
        registry_user_rows(),
    ];
    all.into_iter().flatten().collect()
}
