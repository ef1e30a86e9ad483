// The words of a page, as the page hands them over, and how its language writes numbers and days.

/**
 * What a page says, in its language.
 */
export class Words {
  /**
   * @param {string} lang `vi` or `en`
   * @param {Map<string, string>} texts
   */
  constructor(lang, texts) {
    this.lang = lang;
    this.texts = texts;
  }

  /**
   * The words that stand in a page: `data` elements with a key as their value.
   * @param {Document} page
   * @param {string} id of the template that holds them
   */
  static of(page, id) {
    const template = /** @type {HTMLTemplateElement} */ (page.getElementById(id));
    const all = [...template.content.querySelectorAll("data")];
    return new Words(page.documentElement.lang, new Map(all.map((one) => [one.value, one.textContent ?? ""])));
  }

  /**
   * A text with what stands in its gaps, in order; the key itself where there is none.
   * @param {string} key
   * @param {...(string | number | bigint)} gaps
   */
  say(key, ...gaps) {
    const [first, ...rest] = (this.texts.get(key) ?? key).split("{}");
    return rest.reduce((said, piece, at) => `${said}${gaps[at] ?? ""}${piece}`, first);
  }

  /**
   * What a member of a closed list is called; its name where it has no words.
   * @param {string} list
   * @param {string} name
   */
  of(list, name) {
    return this.texts.get(`${list}-${name}`) ?? name;
  }

  /**
   * Hundredths of a point.
   * @param {number} hundredths
   */
  points(hundredths) {
    return (hundredths / 100).toFixed(2).replace(".", this.lang === "vi" ? "," : ".");
  }

  /**
   * A day.
   * @param {string} date
   */
  day(date) {
    const [year, month, day] = date.split("-").map(Number);
    if (this.lang === "vi") return `${day}/${month}/${year}`;
    const name = new Date(Date.UTC(2000, month - 1)).toLocaleString("en", { month: "short", timeZone: "UTC" });
    return `${day} ${name} ${year}`;
  }
}
