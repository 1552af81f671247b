use super::world::World;

/// The password everybody chooses.
pub(crate) const PASSWORD: &str = "kyou mo yoi tenki";

/// An address of this machine that nobody listens on.
pub(crate) fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Starts the console and gives its address.
pub(crate) async fn console(world: &mut World) -> String {
    console_with(world, &free_address(), &[]).await
}

/// Starts the console there, with further variables.
pub(crate) async fn console_with(world: &mut World, address: &str, extra: &[(&str, &str)]) -> String {
    let mut variables = vec![("RENKEI_CONSOLE_LISTEN", address)];
    variables.extend(extra);
    world.start_with("console", &variables).await;
    world.until("the console is ready", async |world| world.is_ready().then_some(())).await;
    address.to_owned()
}
