/** What a case throws that cannot run with what the folder holds: it is listed as such, and is no failure. */

export class NotYet extends Error {}
