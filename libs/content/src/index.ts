export { brandingNames, renderMessage } from './message.renderer.js';
export { textOfHtml } from './html.text.js';
export { loadTemplateFolder } from './template-folder.loader.js';
export type { FolderTemplate } from './template-folder.loader.js';
export { validateTemplate } from './template.validator.js';
export type * from './content.types.js';
