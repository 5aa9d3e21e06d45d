// The one name of the DOM standard that a pure contract mentions; where the platform declares more, the two merge.
interface AbortSignal {
  readonly aborted: boolean
}
