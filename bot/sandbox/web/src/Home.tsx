import { Blocks } from "./blocks/Block";
import { SurfaceContext } from "./blocks/surface";
import type { Shared } from "./Conversation";
import { useSurfaceOf } from "./useActs";

/** The app's Home tab for this person. */
export function Home({ screen, store, tell, bare }: Shared & { bare?: boolean }) {
  const surface = useSurfaceOf("home", `home:${screen.me}`, {}, screen, store, tell);
  return (
    <section className="home" data-testid="home" aria-label={`${screen.bot.name} Home`}>
      {!bare && (
        <header className="top">
          <h1>
            {screen.bot.name} <span className="app-badge">APP</span>
          </h1>
          <p>Home</p>
        </header>
      )}
      <div className="home-body" tabIndex={0}>
        {screen.home ? (
          <SurfaceContext.Provider value={surface}>
            <Blocks of={screen.home.blocks} />
          </SurfaceContext.Provider>
        ) : (
          <p className="empty">
            {screen.bot.connected
              ? `${screen.bot.name} has not drawn a Home for you yet.`
              : `${screen.bot.name} is not connected, so there is nothing here yet.`}
          </p>
        )}
      </div>
    </section>
  );
}
