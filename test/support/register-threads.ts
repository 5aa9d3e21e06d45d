// tsx's --import does not reach the ESM imports of a worker thread on Node 20; threads inherit this one.
import { register } from "tsx/esm/api"

register()
