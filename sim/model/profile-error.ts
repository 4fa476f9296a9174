/** The profile lacks a cost that the plan needs. */
export class ProfileError extends Error {
  override readonly name = "ProfileError";
}
