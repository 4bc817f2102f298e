/** Whether GitHub knows the App that the configuration names: a wrong id or key would show at the first delivery only. */
import { EXIT, ReviewError } from "../../errors.js";
import { ForgeError } from "../../pulls/forge.js";
import { clientsOf, type Workplace } from "./app-worker.js";

/** @throws ReviewError (exit 3) where GitHub knows no such App; where it cannot be asked, that is put into the log and no more */
export async function checkKnown(place: Workplace): Promise<void> {
  const { log } = place;
  const { appId } = place.config.github;
  try {
    const { login } = await clientsOf(place).identity();
    log.info({ appId, login }, "GitHub knows this App");
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    if (error.status === 401 || error.status === 404) {
      const message = `GitHub knows no App with the id ${appId} and this private key (github.appId, github.privateKeyFile)`;
      throw new ReviewError("unknown-app", EXIT.config, message, { cause: error });
    }
    log.warn({ appId, trouble: error.trouble, status: error.status }, "GitHub could not be asked who this App is");
  }
}
