use super::world::World;

/// The password everybody chooses.
pub(crate) const PASSWORD: &str = "kyou mo yoi tenki";

/// Starts the console and gives its address.
pub(crate) async fn console(world: &mut World) -> String {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    world.start_with("console", &[("RENKEI_CONSOLE_LISTEN", &address)]).await;
    world.until("the console is ready", async |world| world.is_ready().then_some(())).await;
    address
}
